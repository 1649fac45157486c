import Foundation
import Glibc
import LogfoldCompression
import LogfoldIO
import LogfoldTestSupport

/// A log on the disk, those who write and rotate it, and the account of what lies where.
final class LogDisk {
    /// A record that was written.
    final class Record {
        let number: Int
        let lineCount: Int
        /// Whether it was written to a file when its successor had been written to already.
        let isLate: Bool
        /// Whether its line was written in two pieces.
        var isInPieces = false
        /// What was written behind it in the same file.
        fileprivate(set) var next: Record?
        /// Whether no file has it any more under a name of the log.
        var isGone = false
        /// Whether it may be lost: it had gone before it was read, or before what was read of it was safe.
        var mayBeLost = false

        init(_ number: Int, lineCount: Int, isLate: Bool) {
            self.number = number
            self.lineCount = lineCount
            self.isLate = isLate
        }

        var isBanner: Bool { number < 0 }
    }

    /// What is behind a name: bytes that stay themselves when the name changes.
    private final class Node {
        var records: [Record] = []
        /// Counts up with the files of the log, in the order in which they were begun.
        var age: Int
        /// Whether anything was ever written to it, be it cut since.
        var hasBegun = false
        var handle: OpenFile?

        init(age: Int) { self.age = age }
    }

    let scratch: ScratchDirectory
    private let clock: FakeClock
    private let conditions: Schedule.Conditions
    private let files = PosixFileSystem()
    private var names: [String: Node] = [:]
    private var targets: [Act.Writer: Node] = [:]
    private(set) var records: [Record] = []
    private var age = 0
    private var next = 0
    private var halfRecord: (text: String, record: Record)?
    private var packing: (name: String, whole: [UInt8], records: [Record])?
    private var isCopying = false
    private var dates = 0
    /// Whether ever something went that lay nowhere else.
    private(set) var hasDestroyed = false
    /// Asked of a record that has gone: whether the agent has it.
    var isHeld: (Record) -> Bool = { _ in false }

    static let log = "a.log"

    init(_ clock: FakeClock, _ conditions: Schedule.Conditions) throws {
        scratch = try ScratchDirectory()
        try files.makeDirectory(scratch.path + "/logs", mode: 0o755)
        self.clock = clock
        self.conditions = conditions
    }

    private func path(_ name: String) -> String { scratch.path + "/logs/" + name }

    /// Does what those do who write and rotate.
    func play(_ act: Act) throws {
        switch act {
        case .write(let count, let writer, let isLong): try write(count, by: writer, isLong: isLong)
        case .half: try half()
        case .rest: try rest()
        case .reopen(let writer): try reopen(writer)
        case .shift: try shift()
        case .moveAway: try moveAway()
        case .create: try create()
        case .beginCopy: try beginCopy()
        case .endCopy: try endCopy()
        case .truncate: try truncate()
        case .beginPack(let zstd): try beginPack(zstd: zstd)
        case .endPack: try endPack()
        case .delete: try delete()
        case .moveAside: try moveAside()
        case .moveBack: try moveBack()
        case .removeOldest: try removeOldest()
        default: preconditionFailure("\(act) is the agent's")
        }
    }

    // MARK: - Those who write

    func write(_ count: Int, by writer: Act.Writer, isLong: Bool) throws {
        for number in 0..<count { try write(by: writer, isLong: isLong && number == 0) }
    }

    private func write(by writer: Act.Writer, isLong: Bool) throws {
        guard halfRecord == nil || writer == .second && targets[.second] !== targets[.first] else { return }
        let node = try target(of: writer)
        var text = try banner(for: node)
        next += 1
        let isError = next % 4 == 0
        let lines = lines(of: next, by: writer, isError: isError, isLong: isLong)
        note(Record(next, lineCount: lines.count, isLate: isLate(node)), in: node)
        text += lines.joined(separator: "\n") + "\n"
        try append(text, to: node)
    }

    func half() throws {
        guard halfRecord == nil else { return }
        let node = try target(of: .first)
        let start = try banner(for: node)
        next += 1
        let text = lines(of: next, by: .first, isError: false, isLong: false)[0] + "\n"
        let record = Record(next, lineCount: 1, isLate: isLate(node))
        record.isInPieces = true
        note(record, in: node)
        halfRecord = (text, record)
        try append(start + text.prefix(20 + next % 25), to: node)
    }

    func rest() throws {
        guard let (text, record) = halfRecord, let node = targets[.first] else { return }
        halfRecord = nil
        try append(String(text.dropFirst(20 + record.number % 25)), to: node)
    }

    func reopen(_ writer: Act.Writer) throws {
        if halfRecord != nil, writer == .first { try rest() }
        let old = targets.removeValue(forKey: writer)
        // A file that is open does not give its inode to another.
        if !targets.values.contains(where: { $0 === old }) { old?.handle = nil }
        if names[Self.log] != nil { _ = try target(of: writer) }
    }

    private func target(of writer: Act.Writer) throws -> Node {
        if let node = targets[writer] { return node }
        if names[Self.log] == nil { try create() }
        let node = names[Self.log] ?? Node(age: 0)
        if node.handle == nil { node.handle = try OpenFile(path(Self.log), for: .appending, in: files) }
        targets[writer] = node
        return node
    }

    private func note(_ record: Record, in node: Node) {
        node.records.last?.next = record
        node.records.append(record)
        node.hasBegun = true
        records.append(record)
        if !names.values.contains(where: { $0 === node }) {
            record.isGone = true
            record.mayBeLost = true
            hasDestroyed = true
        }
    }

    private func isLate(_ node: Node) -> Bool {
        let others = Array(names.values) + targets.values
        return others.contains { $0.age > node.age && ($0.hasBegun || !$0.records.isEmpty) }
    }

    /// The first line of every file, with a record behind it so that no two files are the same.
    private func banner(for node: Node) throws -> String {
        guard conditions.hasBanner, node.records.isEmpty else { return "" }
        note(Record(-1, lineCount: 1, isLate: isLate(node)), in: node)
        return "2026-11-23 09:59:59.000 7 INFO nova.service [-] Starting compute node\n"
    }

    private func lines(of number: Int, by writer: Act.Writer, isError: Bool, isLong: Bool) -> [String] {
        let seconds = number / 10 % 60
        let pid = writer == .first ? 7 : 8
        let time = "2026-11-23 10:\(number / 600 < 10 ? "0" : "")\(number / 600):\(seconds < 10 ? "0" : "")\(seconds)"
        let stamp = "\(time).\(number % 10)00 \(pid)"
        let text = "record \(number) " + String(repeating: "x", count: isLong ? 5000 : number % 7)
        guard isError else { return ["\(stamp) INFO nova.compute [-] \(text)"] }
        let prefix = "\(stamp) ERROR nova.compute"
        return [
            "\(prefix) [-] \(text)", "\(prefix) Traceback (most recent call last):",
            "\(prefix)   File \"/nova/compute.py\", line \(number), in build",
            "\(prefix)     raise ValueError(\(number))",
            "\(prefix) ValueError: \(number)",
        ]
    }

    private func append(_ text: String, to node: Node) throws {
        try node.handle?.write(Array(text.utf8))
        setTime(of: node.handle)
    }

    /// Files are as old as the clock says that the reader goes by.
    private func setTime(of file: OpenFile?, _ time: Int64? = nil) {
        let now = time ?? clock.now
        let time = timespec(tv_sec: Int(now / 1_000_000_000), tv_nsec: Int(now % 1_000_000_000))
        if let file { _ = futimens(file.descriptor.number, [time, time]) }
    }
}

// MARK: - Those who rotate

extension LogDisk {
    func shift() throws {
        try endPack()
        guard !conditions.hasDates else { return }
        for number in (1..<40).reversed() {
            for ending in ["", ".gz", ".zst"] where names["\(Self.log).\(number)\(ending)"] != nil {
                try move("\(Self.log).\(number)\(ending)", to: "\(Self.log).\(number + 1)\(ending)")
            }
        }
    }

    func moveAway() throws {
        guard names[Self.log] != nil, let name = nextName() else { return }
        try move(Self.log, to: name)
    }

    func create() throws {
        guard names[Self.log] == nil else { return }
        let file = try OpenFile(path(Self.log), for: .appending, in: files)
        age += 1
        names[Self.log] = Node(age: age)
        setTime(of: file)
    }

    func beginCopy() throws {
        guard let node = names[Self.log], let name = nextName() else { return }
        try endHalf()
        try copy(node, to: name, half: true)
        isCopying = true
    }

    func endCopy() throws {
        isCopying = false
        guard let node = names[Self.log], let copy = newest(packed: false), copy.node.age == node.age else { return }
        try self.copy(node, to: copy.name, half: false)
    }

    private func copy(_ node: Node, to name: String, half: Bool) throws {
        let bytes = try OpenFile(path(Self.log), in: files).readAll(limit: 1 << 24)
        // The same file goes on to be written: what a program that copies does.
        let file = try OpenFile(path(name), for: names[name] == nil ? .replacing : .appending, in: files)
        let length = Int(try file.status().size)
        let end = half ? bytes.count / 2 : bytes.count
        if length < end { try file.write(Array(bytes[length..<end])) }
        setTime(of: file)
        let copy = names[name] ?? Node(age: node.age)
        names[name] = copy
        if !half { copy.records = node.records }
    }

    func truncate() throws {
        guard let (name, node) = (names[Self.log].map { (Self.log, $0) } ?? names["b"].map { ("b", $0) }) else {
            return
        }
        try endHalf()
        // Only what was copied is cut.
        if isCopying { try endCopy() }
        let file = try OpenFile(path(name), for: .appending, in: files)
        try file.truncate(to: 0)
        setTime(of: file)
        node.records = []
        age += 1
        node.age = age
        noteGone()
    }

    func delete() throws {
        guard names[Self.log] != nil else { return }
        try endHalf()
        try remove(Self.log)
    }

    func removeOldest() throws {
        try endPack()
        let rotated = names.filter { $0.key != Self.log && $0.key != "b" }
        guard let oldest = rotated.min(by: { $0.value.age < $1.value.age }) else { return }
        try remove(oldest.key)
    }

    func moveAside() throws { if names[Self.log] != nil, names["b"] == nil { try move(Self.log, to: "b") } }

    func moveBack() throws {
        guard names["b"] != nil else { return }
        if names[Self.log] != nil { try delete() }
        try move("b", to: Self.log)
    }

    func beginPack(zstd: Bool) throws {
        guard packing == nil, let (name, node) = newest(packed: false) else { return }
        // Only what was cut is packed.
        guard node.age != names[Self.log]?.age else { return }
        let bytes = try OpenFile(path(name), in: files).readAll(limit: 1 << 24)
        guard !bytes.isEmpty else { return }
        let whole =
            zstd
            ? try ZstdCompressor().compress(bytes.span.bytes)
            : try DeflateCompressor(.gzip).compress(bytes.span.bytes)
        let packed = name + (zstd ? ".zst" : ".gz")
        let file = try OpenFile(path(packed), for: .replacing, in: files)
        try file.write(Array(whole.prefix(whole.count * (next % 5) / 5)))
        packing = (packed, whole, node.records)
    }

    func endPack() throws {
        guard let (packed, whole, records) = packing else { return }
        packing = nil
        let name = String(packed.prefix(upTo: packed.lastIndex(of: ".") ?? packed.endIndex))
        guard let node = names[name] else { return }
        let modified = try files.status(at: path(name)).modified
        let file = try OpenFile(path(packed), for: .appending, in: files)
        try file.write(Array(whole.dropFirst(Int(try file.status().size))))
        setTime(of: file, modified)
        let copy = Node(age: node.age)
        copy.records = records
        names[packed] = copy
        try remove(name)
    }

    /// The name that the log gets next; nil while something has it.
    private func nextName() -> String? {
        guard conditions.hasDates else {
            let first = "\(Self.log).1"
            return ["", ".gz", ".zst"].contains { names[first + $0] != nil } ? nil : first
        }
        dates += 1
        return "\(Self.log)-20261123-\(1000 + dates)"
    }

    private func newest(packed: Bool) -> (name: String, node: Node)? {
        let rotated = names.filter {
            $0.key != Self.log && $0.key != "b" && ($0.key.hasSuffix(".gz") || $0.key.hasSuffix(".zst")) == packed
        }
        return rotated.max { ($0.value.age, $0.key) < ($1.value.age, $1.key) }.map { ($0.key, $0.value) }
    }

    private func move(_ name: String, to other: String) throws {
        try files.rename(path(name), to: path(other))
        names[other] = names.removeValue(forKey: name)
    }

    private func remove(_ name: String) throws {
        try files.remove(path(name))
        names[name] = nil
        noteGone()
    }

    /// The rest of a line comes before its file is cut.
    private func endHalf() throws { try rest() }

    /// Notes which records have gone, and whether somebody still has them.
    private func noteGone() {
        var there: Set<ObjectIdentifier> = []
        for node in names.values { there.formUnion(node.records.map(ObjectIdentifier.init)) }
        for record in records where !record.isGone && !there.contains(ObjectIdentifier(record)) {
            record.isGone = true
            hasDestroyed = true
            if !isHeld(record) { record.mayBeLost = true }
        }
    }
}
