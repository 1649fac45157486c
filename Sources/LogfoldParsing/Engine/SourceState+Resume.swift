import LogfoldCore

// Taking up a reading where another left off.

extension SourceState {
    /// Goes on from a point; state that cannot be read makes this a fresh source that begins at its offset.
    mutating func resume(_ point: ResumePoint) {
        let offset = context.origin.base + Int(clamping: point.position.offset)
        arenaOffset = offset
        start = offset
        context.origin.counts = SourceCounts(at: point.position)
        guard let snapshot = SourceSnapshot(point.position.state), let reading = snapshot.reading else { return }
        context.resume(generation: snapshot.generation)
        context.times = reading.times
        goOn(reading, at: offset)
    }

    private mutating func goOn(_ reading: SourceSnapshot.Reading, at offset: Int) {
        isDecided = true
        if !reading.framing.isFirst { start = nil }
        if options.lineEnds == .auto { framing.stripsCarriageReturns = reading.framing.stripsCarriageReturns }
        framing.resume(at: offset, isRest: reading.framing.isRest, skip: reading.framing.skip)
        firstSkip = reading.framing.skip
        recognizer.resume(reading)
        fold.resume(reading, at: offset)
        if let layers = reading.layers {
            layered = LayeredInput(layers, at: offset, framing: framing, trace: fold.table.trace)
        }
    }
}

extension Fold {
    fileprivate mutating func resume(_ reading: SourceSnapshot.Reading, at offset: Int) {
        while streams.count < reading.streams.count { addStream() }
        for (number, stream) in reading.streams.enumerated() {
            streams[number].resume(stream, at: offset)
            table.resume(number, at: stream.time)
        }
        ended = reading.ended.map { ($0, .min) }
    }
}
