import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// A source that goes on in another file: rotation (`Docs/rules.md`, *Position*).
struct SuccessionTests {
    private let error = "2026-11-22 16:59:18.000 1 ERROR nova.x [-] bad\n"
    private let header = "2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):\n"
    private let type = "2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'\n"
    private let other = "2026-11-22 16:59:18.000 2 INFO nova.x [-] other\n"
    private let next = "2026-11-22 16:59:19.000 1 INFO nova.x [-] next\n"

    @Test func `an event whose lines span a rotation is of the old file, with all its bytes`() {
        var files = RotatedFiles([error + header, type + next])
        files.finish()
        #expect(
            files.shown == [
                "0 0+\(error.utf8.count + header.utf8.count + type.utf8.count) bad",
                "1 \(type.utf8.count)+\(next.utf8.count) next",
            ])
    }

    @Test func `the position of the new file waits at its beginning until the old one is through`() {
        var files = RotatedFiles([error + header, type + other + next])
        files.read(error.utf8.count + header.utf8.count)
        files.read(type.utf8.count + other.utf8.count)
        #expect(files.engineOffsets == [0, 0])
        files.read(next.utf8.count)
        #expect(files.engineOffsets == [Int64(error.utf8.count + header.utf8.count), Int64(type.utf8.count)])
    }

    @Test func `a line without its newline at the old file's end is a line`() {
        var files = RotatedFiles([String(error.dropLast()), next])
        files.finish()
        #expect(files.shown == ["0 0+\(error.utf8.count - 1) bad", "1 0+\(next.utf8.count) next"])
    }

    @Test func `a source that had no bytes begins in the new file`() {
        var files = RotatedFiles(["", error])
        files.finish()
        #expect(files.shown == ["1 0+\(error.utf8.count) bad"])
    }

    @Test func `a year that stamps lack is that of the file they are in`() {
        let line = Array("Nov 22 16:50:52 cmp1 nova[1]: text\n".utf8)
        var engine = Engine(options: .judged)
        // 2027-11-23T00:00:00Z; the old file was last written in 2025.
        engine.now = 1_826_928_000_000_000_000
        engine.open(source: 1, facts: SourceFacts(zone: "UTC"), referenceTime: 1_764_000_000_000_000_000)
        engine.take(line.span.bytes, source: 1, at: 0) { _ in }
        engine.succeed(source: 1, by: 2, facts: SourceFacts(zone: "UTC")) { _ in }
        engine.take(line.span.bytes, source: 2, at: 0) { _ in }
        var times: [String?] = []
        engine.finish(source: 2) { times += $0.events.map { $0["@timestamp"] } }
        #expect(times == ["2025-11-22T16:50:52.000Z", "2027-11-22T16:50:52.000Z"])
    }

    @Test func `lines that come late to the old file say so, and know it by the place where it was left`() throws {
        var files = RotatedFiles([error + header, type + next])
        files.finish()
        let position = try #require(files.positions[0])
        #expect(position.offset == Int64(error.utf8.count + header.utf8.count))
        var engine = Engine(options: .judged)
        engine.open(
            source: 7, facts: SourceFacts(zone: "UTC"), resume: ResumePoint(position: position, delivered: []))
        var flags: [String] = []
        let late = Array((type).utf8)
        engine.push(late.span.bytes, source: 7, at: Int(position.offset)) { _ in }
        engine.finish(source: 7) { batch in flags += batch.events.map(\.flags) }
        #expect(flags == ["late"])
    }

    @Test(arguments: Array(1...120) + [173] as [UInt64])
    func `files that are read in several lives give the events of one`(seed: UInt64) {
        var mix = RandomMix(seed: seed)
        let (input, options) = (mix.text(lines: 300), mix.options())
        let files = cut(input, into: mix.random.number(in: 2...4), &mix.random)
        var whole = RotatedFiles(files, options: options)
        whole.finish()
        var several = RotatedFiles(files, options: options)
        while !several.isAtEnd {
            several.read(mix.random.number(in: 1...900))
            if mix.random.number(in: 0...2) == 0, several.restarts < 60 { several.restart() }
        }
        several.finish()
        #expect(several.restarts > 0)
        let difference = zip(whole.events, several.events).first { $0 != $1 }
        #expect(difference == nil, "\(difference?.0 ?? "") is not \(difference?.1 ?? "")")
        #expect(whole.events.count == several.events.count)
    }

    /// Files that follow each other, cut behind any newline.
    private func cut(_ input: [UInt8], into count: Int, _ random: inout SplitMix64) -> [[UInt8]] {
        var ends = (1..<count).map { _ in
            let at = random.number(in: 0...input.count - 1)
            return (input[at...].firstIndex(of: 0x0a) ?? input.count - 1) + 1
        }
        ends = [0] + ends.sorted() + [input.count]
        return zip(ends, ends.dropFirst()).map { Array(input[$0..<$1]) }
    }
}

/// Reads files that follow each other, and begins anew where the batches said, as an agent does that is killed.
private struct RotatedFiles: ~Copyable {
    private let files: [[UInt8]]
    private let options: EngineOptions
    private var engine: Engine
    /// The file that is read, its number in the engine, and how far it was read.
    private var current = 0
    private var next = 0
    private(set) var positions: [Int: SourcePosition] = [:]
    private(set) var events: [String] = []
    private(set) var shown: [String] = []
    private(set) var restarts = 0

    init(_ files: [String]) { self.init(files.map { Array($0.utf8) }) }

    init(_ files: [[UInt8]], options: EngineOptions = .judged) {
        self.files = files
        self.options = options
        engine = Engine(options: options)
        open(0)
    }

    private func facts(_ file: Int) -> SourceFacts {
        var facts = SourceFacts(zone: options.timeZoneName)
        facts.path = Array("/log.\(file)".utf8)
        facts.identity = SourceFacts.Identity(host: Array("host".utf8), logicalPath: Array("/log".utf8))
        return facts
    }

    private func resume(_ file: Int) -> ResumePoint? {
        positions[file].map { ResumePoint(position: $0, delivered: []) }
    }

    private mutating func open(_ file: Int) {
        engine.open(source: UInt32(file), facts: facts(file), resume: resume(file))
        current = file
        next = Int(positions[file]?.offset ?? 0)
    }

    var isAtEnd: Bool { current == files.count - 1 && next == files[current].count }

    /// Where the engine would have the files read again.
    var engineOffsets: [Int64] {
        files.indices.compactMap { engine.position(source: UInt32($0))?.offset ?? positions[$0]?.offset }
    }

    /// Reads the next bytes; over the end of a file into the next one.
    mutating func read(_ count: Int) {
        if next == files[current].count, current < files.count - 1 { follow() }
        let end = min(next + count, files[current].count)
        let piece = Array(files[current][next..<end])
        var batches: [Batch] = []
        engine.push(piece.span.bytes, source: UInt32(current), at: next) { batches.append($0) }
        next = end
        take(batches)
    }

    private mutating func follow() {
        var batches: [Batch] = []
        let (old, new) = (current, current + 1)
        engine.succeed(
            source: UInt32(old), by: UInt32(new), facts: facts(new), resume: resume(new)
        ) { batches.append($0) }
        engine.flush { batches.append($0) }
        current = new
        next = Int(positions[new]?.offset ?? 0)
        take(batches)
    }

    mutating func finish() {
        while !isAtEnd { read(.max / 2) }
        var batches: [Batch] = []
        engine.finish(source: UInt32(current)) { batches.append($0) }
        take(batches)
    }

    /// Another engine reads from the oldest file on of which something is missing.
    mutating func restart() {
        restarts += 1
        engine = Engine(options: options)
        let first = files.indices.first { (positions[$0]?.offset ?? 0) < files[$0].count } ?? files.count - 1
        open(max(first - 1, 0))
    }

    private mutating func take(_ batches: [Batch]) {
        for batch in batches {
            for (entry, event) in zip(batch.entries, batch.events) {
                events.append("\(entry.source) \(event)")
                shown.append("\(entry.source) \(entry.offset)+\(entry.rawLength) \(event.message)")
            }
            for each in batch.positions { positions[Int(each.source)] = each.position }
        }
        for each in engine.takeMovedPositions() { positions[Int(each.source)] = each.position }
    }
}

extension Batch {
    /// The events, parsed.
    var events: [EventLine] {
        withLines { (bytes: RawSpan) in
            entries.compactMap { entry in
                EventLine(((Int(entry.start)..<Int(entry.start + entry.length - 1)).map { bytes[$0] })[...])
            }
        }
    }
}
