import LogfoldCore
import LogfoldParsing

/// The whole engine over some bytes, whole or in chunks, with what it promises checked.
struct EngineRun {
    /// The JSON lines of all batches.
    private(set) var lines: [UInt8] = []
    private var rawLength = 0
    private var lastOffset = -1

    /// Runs the engine over `bytes` cut into chunks of `sizes`, taken in turn; no sizes: whole.
    init(_ bytes: RawSpan, sizes: [Int] = [], options: EngineOptions) {
        var engine = Engine(options: options)
        engine.open(source: 0)
        var (at, turn) = (0, 0)
        while at < bytes.byteCount {
            let size = sizes.isEmpty ? bytes.byteCount : max(1, sizes[turn % sizes.count])
            let end = min(at + size, bytes.byteCount)
            engine.push(bytes.extracting(at..<end), source: 0, at: at) { take($0) }
            (at, turn) = (end, turn + 1)
        }
        engine.finish(source: 0) { take($0) }
        FuzzInput.require(rawLength == bytes.byteCount, "every byte is in exactly one event")
    }

    private mutating func take(_ batch: Batch) {
        for entry in batch.entries {
            rawLength += Int(entry.rawLength)
            FuzzInput.require(Int(entry.offset) >= lastOffset, "events leave in the order of their first lines")
            FuzzInput.require(
                Int(entry.start) + Int(entry.length) <= batch.byteCount, "an entry lies in its batch")
            lastOffset = Int(entry.offset)
        }
        batch.withLines { (text: RawSpan) in
            for entry in batch.entries { requireJSON(text, Int(entry.start), Int(entry.start) + Int(entry.length)) }
            for at in 0..<text.byteCount { lines.append(text[at]) }
        }
    }

    /// One valid JSON object and a newline, whatever the input was.
    private func requireJSON(_ text: RawSpan, _ start: Int, _ end: Int) {
        FuzzInput.require(end > start && text[end - 1] == 0x0A, "an event ends with a newline")
        var reader = JSONReader(ByteRange(start, end - 1))
        FuzzInput.require(reader.next(text) == .beginObject, "an event is an object")
        while true {
            switch reader.next(text) {
            case .end: return
            case .invalid: FuzzInput.require(false, "an event is valid JSON")
            default: continue
            }
        }
    }
}
