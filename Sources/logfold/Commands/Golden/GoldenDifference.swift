import LogfoldParsing

/// Shows where events differ from those that were expected: the first event that does, member by member.
enum GoldenDifference {
    /// The difference as indented lines.
    static func text(expected: [UInt8], made: [UInt8], isNew: Bool) -> String {
        if isNew { return "  there are no expected events; 'logfold test --update' writes them\n" }
        let (wanted, got) = (lines(expected), lines(made))
        for index in 0..<Swift.max(wanted.count, got.count) {
            guard index < wanted.count else { return "  event \(index + 1) is not expected:\n" + shown(got[index]) }
            guard index < got.count else { return "  event \(index + 1) is missing:\n" + shown(wanted[index]) }
            if wanted[index] == got[index] { continue }
            return "  event \(index + 1) differs:\n" + members(wanted[index], got[index])
        }
        return "  the files differ only in their last newline\n"
    }

    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    private static func shown(_ line: [UInt8]) -> String { "    \(excerpt(line))\n" }

    /// The members that only one of two events has, or that differ.
    private static func members(_ wanted: [UInt8], _ got: [UInt8]) -> String {
        let (left, right) = (flattened(wanted), flattened(got))
        var rows = ""
        for path in left.order + right.order.filter({ left.values[$0] == nil }) {
            let (before, after) = (left.values[path], right.values[path])
            if before == after { continue }
            rows += "    \(path)\n      expected \(before ?? "nothing")\n      made     \(after ?? "nothing")\n"
        }
        return rows.isEmpty ? "    only in the order of members\n" : rows
    }

    private static func flattened(_ line: [UInt8]) -> (order: [String], values: [String: String]) {
        var view = EventView()
        let padded = line + [UInt8](repeating: 0, count: 32)
        var order: [String] = []
        var values: [String: String] = [:]
        padded.withSpan { bytes in
            guard view.read(bytes, ByteRange(0, line.count)) else {
                order = ["(no event)"]
                values = ["(no event)": excerpt(line)]
                return
            }
            for index in view.members.indices {
                let path = view.path(of: index)
                order.append(path)
                values[path] = value(view.members[index].value, bytes)
            }
        }
        return (order, values)
    }

    private static func value(_ value: EventView.Value, _ bytes: RawSpan) -> String {
        switch value {
        case .string(let range): "\"\(bytes.string(range))\""
        case .number(let range), .json(let range): bytes.string(range)
        case .bool(let isTrue): isTrue ? "true" : "false"
        }
    }

    private static func excerpt(_ line: [UInt8]) -> String {
        Terminal.harmless(String(decoding: line.prefix(400), as: UTF8.self)) + (line.count > 400 ? "…" : "")
    }
}
