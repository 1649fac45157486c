// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "logfold-benchmarks",
    dependencies: [.package(name: "logfold", path: "..")],
    targets: [
        .target(name: "CAllocations"),
        .executableTarget(
            name: "logfold-bench",
            dependencies: ["CAllocations", .product(name: "Logfold", package: "logfold")],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
