import LogfoldParsing

/// Finds the values of several fields in an event's JSON in one pass over it.
///
/// Like ``FieldFinder`` and ``EventView``, it takes a dotted key and objects in objects for the same.
struct FieldSetFinder {
    /// What is known of a dotted name's beginning.
    private struct Node {
        /// The next part of the name, and the node behind it.
        var below: [(part: [UInt8], node: Int)] = []
        /// The number of the field that ends here; nil where none does.
        var field: Int?
    }

    private var nodes = [Node()]
    /// The text of each field in the event at hand, still escaped, or its number or flag. Empty where the event has none.
    private(set) var values: [ByteRange]
    /// The object or list of each field, from bracket to bracket. Empty where the event has none.
    private(set) var containers: [ByteRange]

    /// A finder of the fields with these dotted names, which are known by their numbers from then on.
    init(_ names: [String]) {
        values = Array(repeating: .none, count: names.count)
        containers = values
        for (number, name) in names.enumerated() {
            var node = 0
            for part in name.split(separator: ".") { node = self.node(behind: Array(part.utf8), below: node) }
            nodes[node].field = number
        }
    }

    private mutating func node(behind part: [UInt8], below node: Int) -> Int {
        if let known = nodes[node].below.first(where: { $0.part == part }) { return known.node }
        nodes.append(Node())
        nodes[node].below.append((part, nodes.count - 1))
        return nodes.count - 1
    }

    /// Looks through the event at `range`.
    mutating func find(_ line: RawSpan, _ range: ByteRange) {
        for number in values.indices { (values[number], containers[number]) = (.none, .none) }
        var reader = JSONReader(range)
        guard reader.next(line) == .beginObject else { return }
        _ = read(&reader, line, below: 0)
    }

    private mutating func read(_ reader: inout JSONReader, _ line: RawSpan, below node: Int) -> Bool {
        while true {
            switch reader.next(line) {
            case .key(let key):
                guard let found = self.node(behind: key, of: line, below: node) else {
                    guard reader.skipValue(line) else { return false }
                    continue
                }
                guard readValue(&reader, line, at: found) else { return false }
            case .endObject: return true
            default: return false
            }
        }
    }

    private mutating func readValue(_ reader: inout JSONReader, _ line: RawSpan, at node: Int) -> Bool {
        let token = reader.next(line)
        let bracket = reader.offset - 1
        switch token {
        case .string(let range), .number(let range): set(node, range)
        case .true: set(node, ByteRange(reader.offset - 4, reader.offset))
        case .false: set(node, ByteRange(reader.offset - 5, reader.offset))
        case .beginObject, .beginArray:
            let isRead =
                token == .beginObject && !nodes[node].below.isEmpty
                ? read(&reader, line, below: node) : reader.skip(token, line)
            if let field = nodes[node].field { containers[field] = ByteRange(bracket, reader.offset) }
            return isRead
        default: return reader.skip(token, line)
        }
        return true
    }

    private mutating func set(_ node: Int, _ range: ByteRange) {
        if let field = nodes[node].field { values[field] = range }
    }

    /// The node that a key leads to, part by part where it has dots in it.
    private func node(behind key: ByteRange, of line: RawSpan, below start: Int) -> Int? {
        var (node, at) = (start, key.start)
        while true {
            let dot = line.index(of: UInt8(ascii: "."), from: at, to: key.end)
            guard let next = nodes[node].below.first(where: { Self.equal(line, at, dot, $0.part) }) else { return nil }
            node = next.node
            guard dot < key.end else { return node }
            at = dot + 1
        }
    }

    private static func equal(_ line: RawSpan, _ start: Int, _ end: Int, _ part: [UInt8]) -> Bool {
        guard end - start == part.count else { return false }
        for offset in 0..<part.count where line[start + offset] != part[offset] { return false }
        return true
    }
}
