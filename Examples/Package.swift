// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    dependencies: [.package(name: "logfold", path: "..")],
    targets: [
        .executableTarget(name: "CountErrors", dependencies: [.product(name: "Logfold", package: "logfold")])
    ]
)
