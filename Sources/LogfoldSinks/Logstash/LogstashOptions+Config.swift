package import LogfoldConfig
package import LogfoldIO
import LogfoldTransport

extension LogstashOptions {
    /// Reads the options of a section; nil where something that the others depend on is wrong. What is wrong is noted in
    /// the section.
    package init?(_ section: ConfigSection, _ files: any FileSystem) {
        // All keys are asked for, so that all problems come at once.
        let wire = section.choice("protocol", default: LogstashWire.lumberjack)
        let hosts = HostAddress.list(section, defaultPort: wire == .lumberjack ? Self.defaultPort : nil)
        var options = LogstashOptions(wire, hosts: hosts ?? [])
        options.transport = TransportSettings(section, files, timeout: Self.defaultTimeout)
        options.isEncrypted = section.has("tls")
        options.balancesLoad = section.flag("load_balance", default: options.balancesLoad)
        options.pipelining = section.integer("pipelining", in: 1...16, default: options.pipelining)
        options.beat = section.text("beat", default: options.beat)
        options.usesEventID = section.flag("event_id", default: options.usesEventID)
        options.compressionLevel = Self.level(section, wire)
        options.flush = section.duration("flush", in: .zero ... .seconds(3_600), default: options.flush)
        if let batch = section.section("batch") {
            options.windowBytes = batch.size("max_bytes", in: 64 << 10...64 << 20, default: options.windowBytes)
            options.windowEvents = batch.integer("max_events", in: 1...100_000, default: options.windowEvents)
        }
        guard hosts != nil else { return nil }
        self = options
    }

    private enum Compression: String, CaseIterable {
        case zlib, none
    }

    private static func level(_ section: ConfigSection, _ wire: LogstashWire) -> Int? {
        let compression = section.choice("compression", default: wire == .lumberjack ? Compression.zlib : .none)
        if compression == .zlib, wire == .lines {
            section.problem("tcp_json_lines is never compressed; remove it", at: "compression")
        }
        if compression == .zlib { return section.integer("level", in: 1...12, default: 1) }
        if section.has("level") {
            section.problem("there is no level without compression; remove it, or set 'compression: zlib'", at: "level")
        }
        return nil
    }
}
