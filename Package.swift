// swift-tools-version: 6.2
import PackageDescription

/// Tests are held to these; what ships is audited for memory safety on top.
let common: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let strict = common + [.strictMemorySafety()]

let package = Package(
    name: "logfold",
    products: [
    ],
    targets: [
        .target(name: "LogfoldCore", swiftSettings: strict),
        .target(name: "LogfoldIO", dependencies: ["LogfoldCore"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
