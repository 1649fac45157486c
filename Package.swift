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
        .library(name: "Logfold", targets: ["LogfoldCore", "LogfoldParsing"]),
        .executable(name: "logfold", targets: ["logfold"]),
    ],
    traits: [
        .default(enabledTraits: ["TestSinks"]),
        .trait(name: "TestSinks", description: "The sink type 'test', for tests of delivery; a release leaves it out."),
    ],
    targets: [
        .systemLibrary(
            name: "CPCRE2", path: "Sources/System/CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CDeflate", path: "Sources/System/CDeflate", pkgConfig: "libdeflate",
            providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(
            name: "CIsal", path: "Sources/System/CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(
            name: "CZstd", path: "Sources/System/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CYAML", path: "Sources/System/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),

        .target(name: "LogfoldCore", swiftSettings: strict),
        .target(name: "LogfoldParsing", dependencies: ["LogfoldCore", "CPCRE2"], swiftSettings: strict),
        .target(name: "LogfoldConfig", dependencies: ["LogfoldCore", "CYAML"], swiftSettings: strict),
        .target(name: "LogfoldIO", dependencies: ["LogfoldCore", "CLinux"], swiftSettings: strict),
        .target(
            name: "LogfoldCompression", dependencies: ["CZlib", "CDeflate", "CIsal", "CZstd"],
            swiftSettings: strict),
        .target(
            name: "LogfoldSpool", dependencies: ["LogfoldCore", "LogfoldIO", "LogfoldCompression"],
            swiftSettings: strict),
        .target(
            name: "LogfoldInputs",
            dependencies: ["LogfoldCore", "LogfoldConfig", "LogfoldParsing", "LogfoldIO", "LogfoldCompression"],
            swiftSettings: strict),
        .target(
            name: "LogfoldTransport",
            dependencies: ["LogfoldCore", "LogfoldConfig", "LogfoldParsing", "LogfoldIO", "CCurl"],
            swiftSettings: strict),
        .target(
            name: "LogfoldSinks",
            dependencies: [
                "LogfoldCore", "LogfoldConfig", "LogfoldParsing", "LogfoldIO", "LogfoldCompression",
                "LogfoldTransport",
            ],
            swiftSettings: strict),
        .target(
            name: "LogfoldPipeline",
            dependencies: ["LogfoldCore", "LogfoldConfig", "LogfoldParsing", "LogfoldIO", "LogfoldSpool"],
            swiftSettings: strict),
        .executableTarget(
            name: "logfold",
            dependencies: [
                "LogfoldCore", "LogfoldConfig", "LogfoldParsing", "LogfoldIO", "LogfoldCompression", "LogfoldInputs",
                "LogfoldTransport", "LogfoldSinks", "LogfoldSpool", "LogfoldPipeline",
            ],
            swiftSettings: strict),
        .target(
            name: "LogfoldTestSupport",
            dependencies: ["LogfoldCore", "LogfoldParsing", "LogfoldIO", "LogfoldCompression"],
            swiftSettings: common),

        .testTarget(
            name: "LogfoldCoreTests", dependencies: ["LogfoldCore", "LogfoldTestSupport"], swiftSettings: common),
        .testTarget(
            name: "LogfoldParsingTests", dependencies: ["LogfoldCore", "LogfoldParsing", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldIOTests", dependencies: ["LogfoldCore", "LogfoldIO", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldCompressionTests", dependencies: ["LogfoldCompression", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldConfigTests", dependencies: ["LogfoldConfig", "LogfoldTestSupport"], swiftSettings: common),
        .testTarget(
            name: "LogfoldSpoolTests", dependencies: ["LogfoldSpool", "LogfoldTestSupport"], swiftSettings: common),
        .testTarget(
            name: "LogfoldInputsTests",
            dependencies: [
                "LogfoldInputs", "LogfoldConfig", "LogfoldCompression", "LogfoldPipeline", "LogfoldSpool",
                "LogfoldTestSupport",
            ], swiftSettings: common),
        .testTarget(
            name: "LogfoldTransportTests",
            dependencies: ["LogfoldTransport", "LogfoldConfig", "LogfoldTestSupport"], swiftSettings: common),
        .testTarget(
            name: "LogfoldSinksTests",
            dependencies: ["LogfoldSinks", "LogfoldTransport", "LogfoldConfig", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldPipelineTests",
            dependencies: ["LogfoldPipeline", "LogfoldConfig", "LogfoldSpool", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldCommandTests",
            dependencies: ["logfold", "LogfoldCore", "LogfoldIO", "LogfoldPipeline", "LogfoldTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "LogfoldAgentTests",
            dependencies: [
                "logfold", "LogfoldCore", "LogfoldSpool", "LogfoldIO", "LogfoldPipeline", "LogfoldTestSupport",
            ], swiftSettings: common),
    ],
    swiftLanguageModes: [.v6]
)
