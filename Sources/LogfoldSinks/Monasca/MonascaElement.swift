import LogfoldIO
import LogfoldParsing

/// Makes the elements of a request out of events: the event's JSON as it is, with its dimensions in front.
///
///     {"dimensions":{"hostname":"h1","log_level":"error"},"@timestamp":"…","message":"…",…}
///
/// What the API would throw away after it has said 204 is made good here: an element without dimensions, a number that
/// Python reads as infinite, an element that Kafka does not take.
struct MonascaElement {
    /// Names of the dimensions in quotes, each with its colon and the quote that begins the value.
    private let openings: [String]
    private let dimensions: [EventDimension]
    private var finder: FieldSetFinder
    private let tenantField: Int?
    /// The fields whose numbers are not our own.
    private let foreignFields: Range<Int>

    /// Elements with these dimensions, for the project that the field named `tenant` says.
    init(_ dimensions: [EventDimension], tenant: String?) {
        self.dimensions = dimensions
        openings = dimensions.map { "\(JSONQuoting.quoted($0.name)):\"" }
        var names = dimensions.map(\.field)
        tenantField = tenant.map { _ in names.count }
        if let tenant { names.append(tenant) }
        let foreign = ["openstack.extra", "labels"]
        foreignFields = names.count..<names.count + foreign.count
        finder = FieldSetFinder(names + foreign)
    }

    /// What was made of an event.
    struct Made {
        /// Where the event's members begin, behind its dimensions.
        var members: Int
        /// The project that the event belongs to, still escaped and not looked at; empty for none.
        var tenant: ByteRange
        /// Whether the members are not those of the event as they are.
        var isChanged: Bool
    }

    /// Appends the element of the event at `range`, which has no newline.
    mutating func append(_ line: RawSpan, _ range: ByteRange, to text: inout ByteBuffer) -> Made {
        finder.find(line, range)
        text.append("{\"dimensions\":{")
        var isFirst = true
        for number in dimensions.indices {
            let value = value(line, number)
            guard !value.isEmpty else { continue }
            if !isFirst { text.append(",") }
            text.append(string: openings[number])
            text.append(line, value)
            text.append("\"")
            isFirst = false
        }
        text.append("},")
        let members = text.count
        let isChanged = appendMembers(line, range, to: &text)
        return Made(members: members, tenant: tenantField.map { finder.values[$0] } ?? .none, isChanged: isChanged)
    }

    private func value(_ line: RawSpan, _ number: Int) -> ByteRange {
        let value = finder.values[number]
        let isDataset = dimensions[number].field == "event.dataset"
        return Dimension.fitted(line, isDataset ? EventDimension.service(line, value) : value)
    }

    /// Appends what stands behind the brace of an event; returns whether it had to be changed.
    private func appendMembers(_ line: RawSpan, _ range: ByteRange, to text: inout ByteBuffer) -> Bool {
        if OversizedEvent.isOversized(line, range) {
            OversizedEvent.appendMembers(line, range, to: &text)
            return true
        }
        var at = range.start + 1
        let numbers = infiniteNumbers(line)
        for number in numbers {
            text.append(line, at, number.start)
            text.append("\"")
            text.append(line, number)
            text.append("\"")
            at = number.end
        }
        text.append(line, at, range.end)
        return !numbers.isEmpty
    }

    /// The numbers that Python would read as infinite, or not at all, in the order of the text.
    private func infiniteNumbers(_ line: RawSpan) -> [ByteRange] {
        var found: [ByteRange] = []
        for field in foreignFields where !finder.containers[field].isEmpty {
            var reader = JSONReader(finder.containers[field])
            loop: while true {
                switch reader.next(line) {
                case .number(let range): if Self.isInfinite(line, range) { found.append(range) }
                case .end, .invalid: break loop
                default: break
                }
            }
        }
        return found.sorted { $0.start < $1.start }
    }

    private static func isInfinite(_ line: RawSpan, _ range: ByteRange) -> Bool {
        // Most are short and have no exponent.
        let hasExponent = (range.start..<range.end).contains { line[$0] | 0x20 == UInt8(ascii: "e") }
        guard hasExponent || range.count > 300 else { return false }
        return Double(line.string(range))?.isFinite != true
    }
}
