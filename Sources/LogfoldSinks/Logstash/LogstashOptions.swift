package import LogfoldTransport

/// What a sink to Logstash is to do; `Docs/sinks/logstash.md` has the table.
package struct LogstashOptions: Sendable {
    /// Where the servers are, one at least.
    package var hosts: [HostAddress]
    /// How events go over a connection.
    package var wire: LogstashWire
    /// How they are talked to. `timeout` is how long nothing may move while something is on the way.
    package var transport = TransportSettings()
    /// Whether connections are encrypted.
    package var isEncrypted = false
    /// Whether all hosts get events at a time, or one, and another only when it fails.
    package var balancesLoad = true
    /// Windows on the way to a host at the most.
    package var pipelining = 2
    /// `@metadata.beat`, after which Logstash's stock pipelines name their indices.
    package var beat = "logfold"
    /// Whether `event.id` is `@metadata._id`.
    package var usesEventID = true
    /// The level of zlib; nil where windows are not compressed.
    package var compressionLevel: Int? = 1
    /// Bytes of a window at the most, before compression; an event that alone is larger goes alone.
    package var windowBytes = 2 << 20
    /// Events of a window at the most.
    package var windowEvents = 2_048
    /// How long an event may wait for others.
    package var flush = Duration.seconds(1)

    /// How long a server may say nothing: Logstash says every 5 s that it is still at work.
    package static let defaultTimeout = Duration.seconds(30)
    /// The port of the input `beats`.
    package static let defaultPort: UInt16 = 5_044

    /// The defaults.
    package init(_ wire: LogstashWire, hosts: [HostAddress]) {
        self.wire = wire
        self.hosts = hosts
        transport.timeout = Self.defaultTimeout
        if wire == .lines { compressionLevel = nil }
    }

    /// Connections at a time.
    package var connections: Int { balancesLoad ? hosts.count : 1 }

    /// Bytes of events that are as much as can be on the way.
    package var lotBytes: Int { windowBytes * pipelining * connections }

    /// Bytes of memory that a sink holds at the most: what is taken and one batch more, the windows on the way, and the one
    /// that is made. What a buffer has of room beyond that was never touched.
    package var memoryBound: Int { lotBytes + (6 << 20) + lotBytes + windowBytes }

    /// What an operator should know before it runs, a sentence each.
    package var warnings: [String] {
        var warnings = transport.tls.warnings
        if wire == .lines {
            warnings.append(
                "tcp_json_lines knows no acknowledgement: what Logstash has received and not yet read is lost when it"
                    + " stops; use the input beats and 'protocol: lumberjack'")
        }
        if !usesEventID {
            warnings.append("event_id is off: Logstash cannot tell an event that is sent again from a new one")
        }
        return warnings
    }
}
