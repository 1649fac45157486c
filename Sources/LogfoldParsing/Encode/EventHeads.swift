import LogfoldCore

/// The beginnings of `event` members: dataset, severity and zone take few values together, so each combination is put
/// together once and copied from then on.
struct EventHeads: ~Copyable {
    private var text = ByteBuffer(capacity: 4_096)
    /// Where the text of a combination lies, by its number; empty where it was not needed yet.
    private var ranges: [ByteRange]
    /// The zone that is in the texts.
    private var zone: [UInt8] = []

    /// The raw values of severities are below this.
    private static let severities = 64

    init() {
        ranges = [ByteRange](repeating: .none, count: (Projects.known.count + 1) * Self.severities * 2)
    }

    /// Appends `,"event":{` with the members known; false if there are none, and then nothing.
    @inline(__always)
    mutating func append(
        project: Int?, _ level: Severity, isZoneAssumed: Bool, _ zone: [UInt8], to output: inout ByteBuffer
    ) -> Bool {
        if zone != self.zone { forget(zone) }
        let number =
            ((project ?? Projects.known.count) * Self.severities + Int(level.rawValue)) * 2 + (isZoneAssumed ? 1 : 0)
        if ranges[number].isEmpty { make(number, project, level, isZoneAssumed) }
        let range = ranges[number]
        if range.count == 0 || range.count > 96 { return appendLong(range, to: &output) }
        output.reserve(96)
        text.withPaddedSpan { bytes in
            output.append(short: bytes, range.start, Swift.min(range.count, 32))
            if range.count > 32 { output.append(short: bytes, range.start + 32, Swift.min(range.count - 32, 32)) }
            if range.count > 64 { output.append(short: bytes, range.start + 64, range.count - 64) }
        }
        return true
    }

    private func appendLong(_ range: ByteRange, to output: inout ByteBuffer) -> Bool {
        text.withSpan { output.append($0, range) }
        return !range.isEmpty
    }

    /// Begins anew with another zone.
    private mutating func forget(_ zone: [UInt8]) {
        self.zone = zone
        text.removeAll()
        for number in ranges.indices { ranges[number] = .none }
    }

    private mutating func make(
        _ number: Int, _ project: Int?, _ level: Severity, _ isZoneAssumed: Bool
    ) {
        let start = text.count
        var separator: StaticString = ",\"event\":{"
        if let project {
            text.append(separator)
            text.append("\"dataset\":\"openstack.")
            text.append(Projects.known[project].project)
            text.append("\"")
            separator = ","
        }
        if level != .unknown {
            text.append(separator)
            text.append("\"severity\":")
            text.append(decimal: Int64(level.rawValue))
            separator = ","
        }
        if isZoneAssumed {
            text.append(separator)
            text.append("\"timezone\":\"")
            zone.withSpan { text.append($0, 0, $0.byteCount) }
            text.append("\"")
        }
        ranges[number] = ByteRange(start, text.count)
    }
}
