import LogfoldCore

/// What is known about a source before its first byte, as JSON text ready to be copied into every event.
package struct SourceFacts: Sendable {
    /// `service.name`, escaped; wins over what the text names.
    package var service: [UInt8]?
    /// The project of that service, for `event.dataset`.
    var project: Int?
    /// `event.timezone`: the zone that text without one is in, escaped.
    package var zone: [UInt8]
    /// `log.file.path`, escaped.
    package var path: [UInt8]?
    /// `host.name`, escaped; events that name a host of their own keep it.
    package var host: [UInt8]?
    /// Whole members behind `host`: `,"ecs":{…},"agent":{…}`.
    package var members: [UInt8]?
    /// What `event.id` is made of; no ids without it.
    package var identity: Identity?

    /// What tells the events of this source from those of all others (`Docs/rules.md`, *Event id*).
    package struct Identity: Sendable {
        /// The host's own id and its name.
        package var host: [UInt8]
        /// The path as included, without the suffixes of rotation and compression; or the name of the stream.
        package var logicalPath: [UInt8]
        /// How often a file with the same first line has begun at this path before.
        package var generation: UInt32

        /// An identity.
        package init(host: [UInt8], logicalPath: [UInt8], generation: UInt32 = 0) {
            self.host = host
            self.logicalPath = logicalPath
            self.generation = generation
        }
    }

    /// Name of the input that reads it, for a plan's `inputs:`.
    package var input = ""

    /// Facts of a source in this zone, of this service if one is known.
    package init(zone: String, service: String? = nil) {
        self.zone = Self.escaped(zone)
        if let service {
            self.service = Self.escaped(service)
            var projects = Projects()
            var name = ByteBuffer()
            name.append(string: service)
            let length = name.count
            project = name.withPaddedSpan { projects.index($0, ByteRange(0, length)) }
        }
    }

    /// A string as the inside of a JSON string.
    package static func escaped(_ text: String) -> [UInt8] {
        var plain = ByteBuffer()
        plain.append(string: text)
        var escaped = ByteBuffer()
        let length = plain.count
        _ = plain.withPaddedSpan { escaped.append(jsonEscaped: $0, 0, length) }
        return (0..<escaped.count).map { escaped[$0] }
    }
}
