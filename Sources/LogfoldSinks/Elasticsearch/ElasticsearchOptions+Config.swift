package import LogfoldConfig
package import LogfoldIO
import LogfoldTransport

extension ElasticsearchOptions {
    /// Reads the options of a section; nil where something that the others depend on is wrong. What is wrong is noted in
    /// the section.
    package init?(_ section: ConfigSection, _ flavour: Flavour, _ files: any FileSystem) {
        // All keys are asked for, so that all problems come at once.
        let endpoints = Endpoint.list(section)
        let index = Self.index(section)
        var options = ElasticsearchOptions(
            flavour, endpoints: endpoints ?? [], index: index ?? EventTemplate(constant: Self.defaultDataStream))
        options.transport = TransportSettings(section, files)
        options.authorization = Authorization(
            section, kinds: flavour == .elasticsearch ? ["username", "api_key", "bearer"] : ["username", "bearer"])
        options.isDataStream = !section.has("index")
        options.usesEventID = section.flag("event_id", default: options.usesEventID)
        options.compressionLevel = Self.level(section)
        options.requestsInFlight = section.integer("requests_in_flight", in: 1...64, default: options.requestsInFlight)
        options.transport.idleConnections = options.requestsInFlight + (endpoints?.count ?? 1)
        options.flush = section.duration("flush", in: .zero ... .seconds(3_600), default: options.flush)
        options.readBatch(section)
        options.refusals = RefusalOptions(section)
        guard endpoints != nil, index != nil else { return nil }
        self = options
    }

    private mutating func readBatch(_ section: ConfigSection) {
        guard let batch = section.section("batch") else { return }
        requestBytes = batch.size("max_bytes", in: 64 << 10...64 << 20, default: requestBytes)
        requestEvents = batch.integer("max_events", in: 1...100_000, default: requestEvents)
    }

    private enum Compression: String, CaseIterable {
        case gzip, none
    }

    private static func level(_ section: ConfigSection) -> Int? {
        let compression = section.choice("compression", default: Compression.gzip)
        if compression == .gzip { return section.integer("level", in: 1...12, default: 1) }
        if section.has("level") {
            section.problem("there is no level without compression; remove it, or set 'compression: gzip'", at: "level")
        }
        return nil
    }

    private static func index(_ section: ConfigSection) -> EventTemplate? {
        if section.has("data_stream"), section.has("index") {
            section.problem("'data_stream' and 'index' both say where events go; leave one of them out", at: "index")
        }
        if section.has("index") { return template("index", section) }
        guard section.has("data_stream") else {
            _ = section.text("data_stream", default: defaultDataStream)
            return EventTemplate(constant: defaultDataStream)
        }
        guard let template = template("data_stream", section) else { return nil }
        if template.hasTime {
            section.problem(
                "a data stream has no time in its name, the server begins new indices behind it by itself; remove the"
                    + " time, or use 'index'", at: "data_stream")
            return nil
        }
        return template
    }

    private static func template(_ key: String, _ section: ConfigSection) -> EventTemplate? {
        guard let text = section.requiredText(key) else { return nil }
        do throws(EventTemplate.Problem) {
            let template = try EventTemplate(text)
            guard let problem = IndexName.problem(template) else { return template }
            section.problem(problem, at: key)
        } catch {
            section.problem(error.description, at: key)
        }
        return nil
    }
}
