import LogfoldParsing

/// The rules of Monasca's log API for dimensions, as monasca-api 11.0.0 and monasca-log-api 2.11.0 keep them.
///
/// A global dimension that breaks one spoils the whole request (422); one of an element loses that element unseen.
enum Dimension {
    /// Unicode scalars that a name or a value may have.
    static let longest = 255

    /// A name as it may be sent: what it must not have is `_`, none of that in front. Empty where nothing is left.
    static func cleaned(name: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            let isAllowed = !"><={}(), '\";&".unicodeScalars.contains(scalar) && scalar.value >= 0x20
            if result.isEmpty, !isAllowed || scalar == "_" { continue }
            if result.count == longest { break }
            result.append(isAllowed ? scalar : "_")
        }
        return String(result)
    }

    /// Whether a configured value may be sent as it is.
    static func isValue(_ value: String) -> Bool { 1...longest ~= value.unicodeScalars.count }

    /// As much of an escaped JSON text as a value may have.
    static func fitted(_ line: RawSpan, _ value: ByteRange) -> ByteRange {
        // A scalar has a byte at least: nearly every value is short enough at the first look.
        guard value.count > longest else { return value }
        var end = value.start
        for _ in 0..<longest where end < value.end { end += line.escapedScalarLength(end, value.end) }
        return ByteRange(value.start, end)
    }
}

/// A dimension whose value is a field of the event.
struct EventDimension: Sendable, Equatable {
    /// The dimension's name, clean.
    var name: String
    /// The field's dotted name.
    var field: String

    /// The ones that are sent where nothing else is configured.
    static let defaults = [
        EventDimension(name: "hostname", field: "host.name"), EventDimension(name: "service", field: "event.dataset"),
        EventDimension(name: "component", field: "service.name"), EventDimension(name: "log_level", field: "log.level"),
        EventDimension(name: "path", field: "log.file.path"),
        EventDimension(name: "request_id", field: "http.request.id"),
    ]

    /// The value without what makes a dataset of a service: `nova` of `openstack.nova`, `mysql` of `mysql.log`.
    static func service(_ line: RawSpan, _ dataset: ByteRange) -> ByteRange {
        if line.has("openstack.", at: dataset.start, limit: dataset.end) {
            return ByteRange(dataset.start + "openstack.".utf8.count, dataset.end)
        }
        let end = dataset.end - ".log".utf8.count
        return end > dataset.start && line.has(".log", at: end, limit: dataset.end)
            ? ByteRange(dataset.start, end) : dataset
    }
}

extension RawSpan {
    /// How many bytes the Unicode scalar has that begins at `at` of a valid escaped JSON text: an escape is one, and so
    /// is a pair of them that stands for one scalar.
    func escapedScalarLength(_ at: Int, _ end: Int) -> Int {
        guard self[at] == UInt8(ascii: "\\") else { return max(1, utf8SequenceLength(at, end)) }
        guard at + 6 <= end, self[at + 1] == UInt8(ascii: "u") else { return min(2, end - at) }
        // D800 to DBFF is the first half of a pair.
        let isHigh = self[at + 2] | 0x20 == UInt8(ascii: "d") && "89abAB".utf8.contains(self[at + 3])
        return isHigh && at + 12 <= end && has("\\u", at: at + 6, limit: end) ? 12 : 6
    }
}
