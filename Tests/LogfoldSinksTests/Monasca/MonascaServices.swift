import Foundation
import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// The real Keystone, the real log APIs and the Kafka behind them, as the environment names them.
struct MonascaServices {
    /// One of the two APIs.
    enum Version: String, CaseIterable, CustomTestStringConvertible {
        case v2, v3

        var testDescription: String { rawValue }
        /// How its variables begin.
        fileprivate var variable: String { self == .v2 ? "LOGFOLD_TEST_MONASCA" : "LOGFOLD_TEST_MONASCA_V3" }
        /// How its address ends.
        fileprivate var path: String { self == .v2 ? "/v2.0" : "/v3.0" }
    }

    /// Something of the environment.
    static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment["LOGFOLD_TEST_" + name] }

    /// Whether all of them are there.
    static let areThere =
        ["KEYSTONE_URL", "MONASCA_URL", "MONASCA_V3_URL", "KAFKA_BOOTSTRAP", "KAFKA_CONTROL"]
        .allSatisfy { variable($0) != nil }

    static func required(_ name: String) throws -> String {
        try #require(variable(name), "LOGFOLD_TEST_\(name) is missing")
    }

    /// The API's address.
    static func url(_ version: Version) throws -> String {
        try #require(ProcessInfo.processInfo.environment[version.variable + "_URL"])
    }

    /// The API's address without its version.
    static func root(_ version: Version) throws -> String {
        try url(version).replacing(version.path, with: "")
    }

    /// Keystone's settings for a user of these variables.
    static func keystone(
        user: String = "KEYSTONE_USER", password: String? = nil, at url: String? = nil
    ) throws -> KeystoneSettings {
        let secret = try password ?? required("KEYSTONE_PASSWORD")
        var transport = TransportSettings()
        transport.proxy = ""
        transport.timeout = .seconds(20)
        let identity = KeystoneIdentity(
            .password(user: .name(try required(user), .name("Default")), try Secret(reading: { secret })),
            project: .name(try required("KEYSTONE_PROJECT"), .name("Default")))
        let address = try url ?? required("KEYSTONE_URL").replacing("/v3", with: "")
        return KeystoneSettings(authURL: try Endpoint(address), identity: identity, transport: transport)
    }

    /// Options of a sink to an API, or to what stands in front of it.
    static func options(
        _ version: Version, through root: String? = nil, keystone: KeystoneSettings? = nil
    ) throws -> MonascaOptions {
        var options = MonascaOptions(keystone: try keystone ?? self.keystone())
        options.endpoint = try Endpoint(root.map { $0 + version.path } ?? url(version))
        options.transport.proxy = ""
        options.transport.timeout = .seconds(20)
        options.dimensions = [("region", "RegionOne")]
        return options
    }

    /// A sink with these options.
    static func sink(
        _ options: MonascaOptions, in scratch: ScratchDirectory, clock: any Clock = SystemClock()
    ) throws -> MonascaSink {
        try makeMonascaSink(
            options, name: "monasca", transport: try #require(CurlTransport(options.transport, clock: clock)),
            keystone: try #require(CurlTransport(options.keystone.transport, clock: clock)),
            fileSystem: PosixFileSystem(), clock: clock, dataDirectory: scratch.path, restoring: [],
            report: { _, _ in })
    }

    /// Whether tokens end soon enough for a test to wait for that.
    static let tokensEndSoon = variable("KEYSTONE_TOKEN_TTL").flatMap { Int($0) }.map { $0 <= 30 } ?? false

    /// Whether Keystone says that a token is good.
    static func isGood(_ token: String) throws -> Bool {
        var settings = TransportSettings()
        settings.proxy = ""
        let transport = try #require(CurlTransport(settings, clock: SystemClock()))
        let headers = [(name: "X-Auth-Token", value: token), (name: "X-Subject-Token", value: token)]
        transport.start(
            TransportRequest(.get, try required("KEYSTONE_URL") + "/auth/tokens", headers: headers), number: 0)
        return try #require(transport.next(until: nil)).outcome.get().status == 200
    }

    // MARK: - What arrived

    /// What lies in the topic of an API with a word in its message, once so many have come or half a minute has passed.
    static func arrived(_ version: Version, _ word: String, atLeast count: Int) throws -> [JSONValue] {
        let topic = try #require(ProcessInfo.processInfo.environment[version.variable + "_TOPIC"])
        return try KafkaTopic(topic, at: try required("KAFKA_BOOTSTRAP")).messages(atLeast: count) { message in
            message["log"]?["message"]?.text?.contains(word) == true
        }
    }

    /// Tells the Kafka something.
    static func kafka(_ command: String) throws {
        var settings = TransportSettings()
        settings.proxy = ""
        let transport = try #require(CurlTransport(settings, clock: SystemClock()))
        transport.start(TransportRequest(.get, try required("KAFKA_CONTROL") + command), number: 0)
        try #require(try #require(transport.next(until: nil)).outcome.get().status == 200)
    }
}
