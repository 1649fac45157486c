package import LogfoldConfig
package import LogfoldIO
import LogfoldTransport

extension MonascaOptions {
    /// The types by which deployments register the log API; DevStack's first.
    private static let serviceTypes = ["logs", "logging"]

    /// Reads the options of a section; nil where something that the others depend on is wrong. What is wrong is noted in
    /// the section.
    package init?(_ section: ConfigSection, _ files: any FileSystem) {
        // All keys are asked for, so that all problems come at once.
        let isAuto = section.text("endpoint", default: "auto") == "auto"
        let endpoint = isAuto ? nil : Self.endpoint(section)
        let keystone = KeystoneSettings(
            section, files, defaultTypes: Self.serviceTypes, needsCatalog: isAuto)
        let transport = TransportSettings(section, files)
        let version = section.optionalChoice("api_version", of: MonascaVersion.self)
        if let endpoint, version == nil, MonascaVersion(endpoint) == nil {
            section.problem(
                "the address ends in no version; write it with /v2.0 or /v3.0, or give 'api_version'", at: "endpoint")
        }
        let dimensions = DimensionNames(section)
        let tenant = Self.tenant(section)
        let flush = section.duration("flush", in: .zero ... .seconds(3_600), default: .seconds(1))
        let requestsInFlight = section.integer("requests_in_flight", in: 1...16, default: 2)
        let refusals = RefusalOptions(section, holdsEvents: false)
        let batch = section.section("batch")

        guard let keystone else { return nil }
        self.init(keystone: keystone)
        (self.endpoint, self.version, self.transport, self.flush) = (endpoint, version, transport, flush)
        if !section.has("tls"), let tls = keystone.cloudTLS { self.transport.tls = tls }
        self.requestsInFlight = requestsInFlight
        self.transport.idleConnections = requestsInFlight + 1
        (self.dimensions, eventDimensions, renamed) = (dimensions.global, dimensions.event, dimensions.renamed)
        (crossTenant, self.refusals) = (tenant, refusals)
        if let batch {
            requestBytes = batch.size("max_bytes", in: 1 << 10...64 << 20, default: requestBytes)
            requestEvents = batch.integer("max_events", in: 1...100_000, default: requestEvents)
        }
    }

    private static func endpoint(_ section: ConfigSection) -> Endpoint? {
        guard let text = section.text("endpoint") else { return nil }
        do throws(Endpoint.Problem) {
            let endpoint = try Endpoint(text)
            // As it may be copied from the API's documentation.
            return endpoint.url.hasSuffix("/logs") ? try Endpoint(String(endpoint.url.dropLast(5))) : endpoint
        } catch {
            section.problem(
                "the endpoint is no address: \(error.description); or 'auto', to look into Keystone's catalog",
                at: "endpoint")
            return nil
        }
    }

    private static func tenant(_ section: ConfigSection) -> CrossTenant {
        guard let text = section.text("cross_tenant") else { return .none }
        if text.hasPrefix("{"), text.hasSuffix("}"), text.count > 2 {
            return .field(String(text.dropFirst().dropLast()))
        }
        if !CrossTenant.isProject(text) {
            section.problem(
                "\(section.shown("cross_tenant")) is no project's id; write the id, or a field as"
                    + " \"{openstack.project.id}\"", at: "cross_tenant")
        }
        return .project(text)
    }
}

/// The dimensions of a configuration, with names that may be sent.
private struct DimensionNames {
    var global: [(name: String, value: String)] = []
    var event = EventDimension.defaults
    var renamed: [(written: String, sent: String)] = []

    init(_ section: ConfigSection) {
        for (written, value) in section.pairs("dimensions") {
            guard let name = name(written, section, "dimensions") else { continue }
            if !Dimension.isValue(value) {
                section.problem(
                    "the value of the dimension '\(written)' has to have 1 to \(Dimension.longest) characters; shorten"
                        + " or remove it", at: "dimensions")
            }
            if global.contains(where: { $0.name == name }) { noteTwice(name, section, "dimensions") }
            global.append((name, value))
        }
        guard section.has("event_dimensions") else { return }
        event = []
        for (written, field) in section.pairs("event_dimensions") {
            guard let name = name(written, section, "event_dimensions") else { continue }
            if field.isEmpty || field.split(separator: ".", omittingEmptySubsequences: false).contains("") {
                section.problem(
                    "the dimension '\(written)' names no field; write a dotted name, such as service.name",
                    at: "event_dimensions")
            }
            if event.contains(where: { $0.name == name }) { noteTwice(name, section, "event_dimensions") }
            event.append(EventDimension(name: name, field: field))
        }
    }

    private mutating func name(_ written: String, _ section: ConfigSection, _ key: String) -> String? {
        let name = Dimension.cleaned(name: written)
        guard !name.isEmpty else {
            section.problem("Monasca takes nothing of the name of a dimension here; use letters and digits", at: key)
            return nil
        }
        if name != written { renamed.append((written, name)) }
        return name
    }

    private func noteTwice(_ name: String, _ section: ConfigSection, _ key: String) {
        section.problem("two dimensions are both sent as '\(name)'; remove or rename one", at: key)
    }
}
