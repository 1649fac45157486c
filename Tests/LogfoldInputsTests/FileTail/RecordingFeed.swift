import LogfoldCore

/// A feed that writes down what it is given, line by line, and plays the part of everything behind it: what is saved,
/// and what of it a kill leaves.
final class RecordingFeed: Feed {
    struct Line: Equatable {
        var key: UInt64
        var offset: Int64
        var text: String
        var log: String
        var generation: UInt32
    }

    private struct Source {
        var description: SourceDescription
        var input: any Input
        /// Offset of the next byte, and the bytes since the last newline.
        var next: Int64
        var open: [UInt8] = []
        var isEnded = false
        var isDirty = false
        var lineStart: Int64 { next - Int64(open.count) }
    }

    private struct Saved {
        var position: Int64
        var place: [UInt8]
        var input: String
    }

    var isFull = false
    /// All lines that were delivered and, after a kill, saved.
    private(set) var lines: [Line] = []
    private(set) var ended: [String] = []
    private(set) var losses: [(bytes: Int64, reason: String)] = []
    private(set) var forgotten: [UInt64] = []
    private(set) var opened: [SourceDescription] = []
    private(set) var successions: [(from: String, to: String)] = []
    private(set) var violations: [String] = []
    private(set) var ends = 0
    private var sources: [UInt32: Source] = [:]
    private var saved: [UInt64: Saved] = [:]
    private var lastKey: UInt64 = 0
    private var lastSource: UInt32 = 0

    func newKey() -> UInt64 {
        lastKey += 1
        return lastKey
    }

    func open(_ source: SourceDescription, of input: any Input) -> UInt32 {
        if sources.values.contains(where: { !$0.isEnded && $0.description.key == source.key }) {
            violations.append("key \(source.key) is open twice")
        }
        lastSource += 1
        opened.append(source)
        sources[lastSource] = Source(description: source, input: input, next: source.resume?.position.offset ?? 0)
        return lastSource
    }

    func push(_ bytes: RawSpan, of source: UInt32, at offset: Int64) {
        guard var own = sources[source], !own.isEnded else {
            violations.append("bytes of a source that is not open")
            return
        }
        if offset != own.next {
            violations.append("\(own.description.path): bytes at \(offset) instead of \(own.next)")
        }
        for index in 0..<bytes.byteCount {
            let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            own.next += 1
            if byte == 0x0A {
                deliver(&own, ending: 1)
            } else {
                own.open.append(byte)
            }
        }
        own.isDirty = true
        sources[source] = own
    }

    private func deliver(_ source: inout Source, ending: Int64) {
        let start = source.next - ending - Int64(source.open.count)
        lines.append(
            Line(
                key: source.description.key, offset: start, text: String(decoding: source.open, as: UTF8.self),
                log: source.description.logicalPath, generation: source.description.generation))
        source.open = []
    }

    func reachedEnd(of source: UInt32) { ends += 1 }

    func finish(_ source: UInt32) {
        guard var own = sources[source], !own.isEnded else {
            violations.append("the end of a source that is not open")
            return
        }
        if !own.open.isEmpty { deliver(&own, ending: 0) }
        own.isEnded = true
        own.isDirty = true
        sources[source] = own
        ended.append(own.description.path)
    }

    func succeed(_ source: UInt32, with successor: SourceDescription, of input: any Input) -> UInt32 {
        guard var own = sources[source], !own.isEnded else {
            violations.append("the succession of a source that is not open")
            return 0
        }
        if !own.open.isEmpty { violations.append("a succession in the middle of a line") }
        own.isEnded = true
        own.isDirty = true
        sources[source] = own
        successions.append((own.description.path, successor.path))
        return open(successor, of: input)
    }

    func moved(_ source: UInt32) { save(source) }

    func forget(key: UInt64) {
        forgotten.append(key)
        saved[key] = nil
        for (number, source) in sources where source.description.key == key {
            if !source.isEnded { violations.append("key \(key) is forgotten while it is open") }
            sources[number] = nil
        }
    }

    func lostAtSource(_ source: UInt32?, of input: any Input, bytes: Int64, reason: String) {
        losses.append((bytes, reason))
    }
}

// What is saved.
extension RecordingFeed {
    /// Saves how far each source has come, as a sink that has taken everything does.
    func saveAll() {
        for (number, source) in sources where source.isDirty { save(number) }
    }

    private func save(_ number: UInt32) {
        guard let source = sources[number] else { return }
        let place = source.input.place(of: number)
        if place.isEmpty { violations.append("nothing is known of \(source.description.path)") }
        saved[source.description.key] = Saved(
            position: source.isEnded ? source.next : source.lineStart, place: place, input: source.input.name)
        sources[number]?.isDirty = false
    }

    /// What the next run is given. What was not saved is as if it had never been delivered.
    func kill() -> [RestoredSource] {
        lines.removeAll { line in saved[line.key].map { line.offset >= $0.position } ?? true }
        sources = [:]
        return saved.sorted { $0.key < $1.key }.map { key, saved in
            let position = SourcePosition(offset: saved.position)
            return RestoredSource(
                checkpoint: SourceCheckpoint(key: key, input: saved.input, position: position, place: saved.place),
                resume: ResumePoint(position: position, delivered: []))
        }
    }

    var savedKeys: [UInt64] { saved.keys.sorted() }
}
