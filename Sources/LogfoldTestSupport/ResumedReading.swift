package import LogfoldCore
package import LogfoldParsing

/// Reads one source in pieces, and as often as it is told to begins anew with another engine where the last one's
/// batches say: what an agent does that is killed.
package struct ResumedReading: ~Copyable {
    private let input: [UInt8]
    private let options: EngineOptions
    private let facts: SourceFacts
    private var engine: Engine
    /// The position of the last batch, as far as it was safe.
    package private(set) var position = SourcePosition()
    private var next = 0
    /// The JSON lines and entries of all batches.
    package private(set) var lines: [[UInt8]] = []
    package private(set) var entries: [Batch.Entry] = []
    /// How often it began anew, and what the engines did not send again.
    package private(set) var restarts = 0
    package private(set) var repeated = 0
    /// The counts of the last engine.
    package var counts: SourceCounts { engine.counts(source: 0) ?? SourceCounts() }

    /// A reading of these bytes, with event ids.
    package init(_ input: [UInt8], options: EngineOptions = .judged) {
        self.input = input
        self.options = options
        var facts = SourceFacts(zone: options.timeZoneName)
        facts.identity = SourceFacts.Identity(host: Array("host".utf8), logicalPath: Array("/log".utf8))
        self.facts = facts
        engine = Engine(options: options)
        engine.open(source: 0, facts: facts)
    }

    /// Whether everything was read.
    package var isAtEnd: Bool { next == input.count }
    /// How far it was read, and from where it would be read again.
    package var offsets: (read: Int, resume: Int64) { (next, position.offset) }

    /// Reads the next bytes.
    package mutating func read(_ count: Int) {
        let end = min(next + count, input.count)
        var batches: [Batch] = []
        let piece = Array(input[next..<end])
        engine.push(piece.span.bytes, source: 0, at: next) { batches.append($0) }
        next = end
        take(batches)
    }

    /// Tells the engine that there is nothing more at this time, nanoseconds.
    package mutating func quiet(at now: Int64) {
        var batches: [Batch] = []
        engine.expire(source: 0, now: now) { batches.append($0) }
        take(batches)
    }

    /// Goes on with a new engine from the last position; what was inside is gone.
    package mutating func restart() {
        restarts += 1
        repeated += engine.counts.repeated
        engine = Engine(options: options)
        engine.open(source: 0, facts: facts, resume: ResumePoint(position: position, delivered: []))
        next = Int(position.offset)
    }

    /// Reads what is left and ends the source.
    package mutating func finish() {
        if !isAtEnd { read(input.count - next) }
        var batches: [Batch] = []
        engine.finish(source: 0) { batches.append($0) }
        take(batches)
    }

    private mutating func take(_ batches: [Batch]) {
        for batch in batches {
            for entry in batch.entries {
                lines.append(
                    batch.withLines { (bytes: RawSpan) in
                        (Int(entry.start)..<Int(entry.start + entry.length)).map { bytes[$0] }
                    })
            }
            entries += batch.entries
            if let position = batch.positions.last(where: { $0.source == 0 })?.position { self.position = position }
        }
        for moved in engine.takeMovedPositions() where moved.source == 0 { position = moved.position }
    }
}
