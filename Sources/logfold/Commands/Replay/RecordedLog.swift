import LogfoldCore
import LogfoldParsing

/// A log that was written once, taken apart into the pieces that were written at one time.
///
/// The engine says where events begin and when they were logged. A piece reaches from there to the beginning of the next
/// event, so that the pieces together are the log, byte for byte, also where the lines of several workers are mixed.
struct RecordedLog: ~Copyable {
    /// A piece of the log.
    struct Piece {
        /// Nanoseconds since 1970 UTC; nil for text in front of the first time.
        let time: Int64?
        /// The time of the piece behind it; nil if that has none or is not there.
        let next: Int64?
        /// Its bytes.
        let bytes: [UInt8]
    }

    private struct Mark {
        let offset: Int
        let time: Int64?
    }

    private var reader: InputReader
    private var engine: Engine
    private var view = EventView()
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    /// What was read and not let go of, where it begins, and how much of it was handed out.
    private var waiting: [UInt8] = []
    private var base = 0
    private var taken = 0
    /// Where the pieces begin that are not handed out.
    private var marks: [Mark] = []
    private var isAtEnd = false
    /// Why there is nothing behind the last piece.
    private var failure: InputError?

    /// Text without time is not gathered beyond this; it would fill the memory.
    private static let longestText = 1 << 20

    /// The log that a reader reads.
    init(_ reader: InputReader, options: EngineOptions, referenceTime: Int64) {
        self.reader = reader
        var options = options
        // The events are not shown to anybody.
        options.isRedacting = false
        engine = Engine(options: options)
        engine.open(source: 0, facts: SourceFacts(zone: options.timeZoneName), referenceTime: referenceTime)
    }

    /// How many bytes of the file itself were read.
    var position: Int { reader.position }

    /// The next piece; nil at the end. What could be read comes before an error.
    mutating func next() throws(InputError) -> Piece? {
        while marks.count < 2, !isAtEnd { read() }
        guard let mark = marks.first else {
            if let failure { throw failure }
            return nil
        }
        marks.removeFirst()
        let end = marks.first.map { $0.offset - base } ?? waiting.count
        defer { taken = end }
        return Piece(time: mark.time, next: marks.first?.time, bytes: Array(waiting[taken..<end]))
    }

    private mutating func read() {
        waiting.removeFirst(taken)
        base += taken
        taken = 0
        do throws(InputError) {
            let count = try reader.read(into: &buffer)
            guard count > 0 else { return finish() }
            let offset = base + waiting.count
            waiting += buffer[..<count]
            add(engine.batches(of: buffer, count, at: offset))
        } catch {
            failure = error
            finish()
        }
    }

    private mutating func finish() {
        isAtEnd = true
        add(engine.lastBatches())
    }

    private mutating func add(_ batches: [Batch]) {
        for batch in batches {
            for entry in batch.entries {
                let time = hasOwnTime(entry, batch) ? entry.time : nil
                let mark = Mark(offset: Int(entry.offset), time: time)
                if let last = marks.last {
                    // Several events may begin in one line.
                    guard mark.offset > last.offset else { continue }
                    guard time != nil || mark.offset - last.offset >= Self.longestText else { continue }
                }
                marks.append(mark)
            }
        }
    }

    /// Whether an event is a record of its own: not text without a time, and not the rest of a record that was too long.
    private mutating func hasOwnTime(_ entry: Batch.Entry, _ batch: Batch) -> Bool {
        batch.withLines { lines in
            let range = entry.json
            guard view.read(lines, range), case .json(let flags) = view.value("logfold.flags") else { return true }
            return !lines.string(flags).split(separator: "\"").contains { $0 == "time_assumed" || $0 == "continued" }
        }
    }
}

extension Engine {
    /// The batches that the first `count` bytes of a buffer complete.
    fileprivate mutating func batches(of buffer: borrowing [UInt8], _ count: Int, at offset: Int) -> [Batch] {
        var batches: [Batch] = []
        buffer.withSpan { bytes in
            push(bytes.extracting(0..<count), source: 0, at: offset) { batches.append($0) }
        }
        return batches
    }

    /// The batches that the end of the log completes.
    fileprivate mutating func lastBatches() -> [Batch] {
        var batches: [Batch] = []
        finish(source: 0) { batches.append($0) }
        return batches
    }
}
