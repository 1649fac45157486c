import Foundation
import LogfoldCompression
import LogfoldTestSupport

/// What the files of a sink hold, by the numbers in the messages.
struct Audit {
    /// Ids of the events of each number.
    private(set) var ids: [String: [String]] = [:]
    /// Lines that are no JSON object.
    private(set) var torn = 0
    /// Events in all.
    private(set) var count = 0
    /// Numbers in the order of the events.
    private(set) var order: [String] = []
    /// All events.
    private(set) var events: [EventLine] = []

    /// Reads these files, one after the other.
    init(_ paths: [String]) {
        for path in paths { add([UInt8](FileManager.default.contents(atPath: path) ?? Data())) }
    }

    /// Reads JSON lines.
    init(lines: [UInt8]) { add(lines) }

    private mutating func add(_ lines: [UInt8]) {
        for line in lines.split(separator: 0x0A) { add(line) }
        if let last = lines.last, last != 0x0A { torn += 1 }
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        guard let event = EventLine(line) else {
            torn += 1
            return
        }
        count += 1
        events.append(event)
        guard let start = event.message.range(of: "seq=") else { return }
        let number = String(event.message[start.upperBound...].prefix { $0 != " " && $0 != ":" })
        ids[number, default: []].append(event["event.id"] ?? "no id")
        order.append(number)
    }

    /// Numbers of `0..<written` that are missing.
    func missing(_ written: Int, pid: Int = 4314) -> [Int] { (0..<written).filter { ids["\(pid)-\($0)"] == nil } }

    /// Numbers that came more than once with different ids: two events of one thing that happened.
    var doubled: [String] { ids.filter { Set($0.value).count > 1 }.map(\.key).sorted() }

    /// Numbers that came more than once.
    var repeated: [String] { ids.filter { $0.value.count > 1 }.map(\.key).sorted() }

    /// What a sink got of so many records, in a sentence.
    func verdict(_ written: Int, pid: Int = 4314) -> String {
        let missing = missing(written, pid: pid)
        if missing.isEmpty, repeated.isEmpty, torn == 0 {
            return "\(written) once, " + (order == (0..<written).map { "\(pid)-\($0)" } ? "in order" : "not in order")
        }
        let lists = [("missing", missing.map(String.init)), ("repeated", repeated)].filter { !$0.1.isEmpty }
        let parts = lists.map { "\($0.0) \($0.1.count): \($0.1.prefix(8).joined(separator: " "))" }
        return (parts + (torn == 0 ? [] : ["torn \(torn)"])).joined(separator: "; ")
    }
}
