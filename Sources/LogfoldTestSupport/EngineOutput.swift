package import LogfoldCore
package import LogfoldParsing

/// What the engine makes of one source: the bytes that `logfold` prints, and what the batches say of each event.
package struct EngineOutput {
    /// The JSON lines of all batches.
    package private(set) var lines: [UInt8] = []
    /// The entries of all batches, in order.
    package private(set) var entries: [Batch.Entry] = []
    private var starts: [Int] = []
    /// What the engine counted.
    package let counts: EventCounts

    /// The output for one source that comes in these chunks.
    package init(_ chunks: [ArraySlice<UInt8>], options: EngineOptions = .judged) {
        var engine = Engine(options: options)
        engine.open(source: 0)
        var batches: [Batch] = []
        var offset = 0
        for chunk in chunks {
            let span = chunk.span.bytes
            engine.push(span, source: 0, at: offset) { batches.append($0) }
            offset += chunk.count
        }
        engine.finish(source: 0) { batches.append($0) }
        counts = engine.counts
        for batch in batches { take(batch) }
    }

    /// The output for one source that comes in one piece.
    package init(_ bytes: [UInt8], options: EngineOptions = .judged) { self.init([bytes[...]], options: options) }

    /// The JSON line of event `number`; empty where there is none.
    package func line(_ number: Int) -> ArraySlice<UInt8> {
        starts.indices.contains(number) ? lines[starts[number]..<ends(number)] : []
    }

    private func ends(_ number: Int) -> Int { number + 1 < starts.count ? starts[number + 1] : lines.count }

    private mutating func take(_ batch: Batch) {
        starts += batch.entries.map { lines.count + Int($0.start) }
        entries += batch.entries
        lines.reserveCapacity(lines.count + batch.byteCount)
        batch.withLines { (span: RawSpan) in
            for offset in 0..<span.byteCount { lines.append(span[offset]) }
        }
    }
}

extension EngineOptions {
    /// The options the truth is measured with: nothing masked, in the recordings' own zone.
    package static var judged: EngineOptions {
        var options = EngineOptions()
        options.isRedacting = false
        return options
    }
}

extension EngineOutput {
    /// Offset and number of physical lines of each event, in order.
    package var places: [(offset: Int, lines: Int)] { entries.map { (Int($0.offset), Int($0.lineCount)) } }
}
