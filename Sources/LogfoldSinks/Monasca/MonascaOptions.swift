package import LogfoldTransport

/// What the configuration says about a sink to Monasca's log API.
package struct MonascaOptions: Sendable {
    /// Where tokens come from.
    package var keystone: KeystoneSettings
    /// The API's address; nil where Keystone's catalog has it.
    package var endpoint: Endpoint?
    /// The API's version; nil where the address ends in it.
    package var version: MonascaVersion?
    /// How the API is connected to.
    package var transport = TransportSettings()
    /// Dimensions of all events: names and values, in their order.
    package var dimensions: [(name: String, value: String)] = []
    /// Dimensions that are fields of the events.
    var eventDimensions = EventDimension.defaults
    /// The project that events are written for.
    var crossTenant = CrossTenant.none
    /// Bytes of a request at the most. Not more than the API's own `max_log_size` less one byte, 1,048,575 as a rule.
    package var requestBytes = 1_015 << 10
    /// Events of a request at the most.
    package var requestEvents = 5_000
    /// Requests in flight at the most, each with events of other sources.
    package var requestsInFlight = 2
    /// How long an event may wait for others.
    package var flush = Duration.seconds(1)
    /// What is done with events that are refused for good.
    package var refusals = RefusalOptions()
    /// Dimensions whose names had to be changed, as they were written and as they are sent.
    package var renamed: [(written: String, sent: String)] = []

    /// The defaults.
    package init(keystone: KeystoneSettings) { self.keystone = keystone }

    /// Bytes of events that are taken at the most: of each lane the request in flight and the next one.
    var takenBytes: Int { 2 * requestBytes * requestsInFlight }

    /// Bytes of memory that a sink holds at the most: what is taken and one batch more, and the body of each request in
    /// flight. What a buffer has of room beyond that was never touched.
    package var memoryBound: Int { takenBytes + (6 << 20) + requestBytes * requestsInFlight }

    /// What an operator should know before it runs, a sentence each.
    package var warnings: [String] {
        var warnings = transport.tls.warnings + keystone.warnings
        for name in renamed {
            warnings.append(
                "the dimension '\(name.written)' is sent as '\(name.sent)': Monasca takes no other letters in a name")
        }
        if let endpoint, !endpoint.isEncrypted {
            warnings.append("endpoint is http://: the token goes over the network as it is; use https://")
        }
        return warnings
    }
}

/// The versions of the log API.
package enum MonascaVersion: String, CaseIterable, Sendable {
    /// monasca-api.
    case v2 = "2.0"
    /// monasca-log-api.
    case v3 = "3.0"

    /// The version that an address ends in; nil where it ends in none.
    init?(_ endpoint: Endpoint) {
        guard let version = Self.allCases.first(where: { endpoint.url.hasSuffix("/v" + $0.rawValue) }) else {
            return nil
        }
        self = version
    }

    /// The parameter that names another project.
    var tenantParameter: String { self == .v2 ? "project_id" : "tenant_id" }

    /// Whether 204 says no more than that the API has the events: v2.0 says so while its Kafka is down, too.
    var handsOver: Bool { self == .v2 }
}

/// The project that events are written for.
enum CrossTenant: Sendable, Equatable {
    /// That of the token.
    case none
    /// One project.
    case project(String)
    /// The project that a field of the event names.
    case field(String)

    /// The one project, where there is only one; nil for the token's own.
    var project: String? { if case .project(let id) = self { id } else { nil } }
    /// The field that names it.
    var field: String? { if case .field(let name) = self { name } else { nil } }

    /// Bytes that an id of a project may have.
    static let longestProject = 64

    /// Whether a text can be a project's id: Keystone's are 32 hexadecimal digits, older ones a uuid.
    static func isProject(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= longestProject
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
