package import LogfoldCore

// A source that goes on in another file: log rotation.

extension Engine {
    /// The source `old`, which was read to its end, goes on in another file, which is source `new` from now on.
    ///
    /// Open folds, format and clock go on. An event that begins in the old file belongs to it, with all its lines;
    /// events that begin in the new one have its number and facts. Until nothing of the old file is inside, the
    /// position of the new one stays at its beginning; a batch that has events of either holds the positions of both.
    /// The old number is known until its last position was handed out; it takes no bytes and is not finished.
    ///
    /// `options` are for a new file whose old one is not known. `referenceTime` is that of the new file, as in
    /// ``open(source:facts:options:referenceTime:resume:trace:)``. With `resume` the new file is read again: where the old
    /// file still holds something, from its beginning, else from the point's offset.
    package mutating func succeed(
        source old: UInt32, by new: UInt32, facts: SourceFacts, options own: EngineOptions? = nil,
        referenceTime: Int64? = nil, resume: ResumePoint? = nil, _ emit: (Batch) throws -> Void
    ) rethrows {
        guard let box = sources[old], box.number == old else {
            return open(source: new, facts: facts, options: own, referenceTime: referenceTime, resume: resume)
        }
        let time = referenceTime ?? options.referenceTime
        box.state.decide(isLast: true)
        try advance(box, emit)
        box.state.takeLastLine()
        try advance(box, emit)
        guard box.state.isDecided, resume.map({ !box.state.isReplaced(by: $0) }) ?? true else {
            let options = box.state.options
            try end(source: old, emit)
            return open(source: new, facts: facts, options: options, referenceTime: time, resume: resume)
        }
        deadlines.remove(old)
        box.state.goOn(in: new, facts: facts, referenceTime: time, resume: resume)
        box.number = new
        sources[new] = box
    }
}

extension SourceState {
    /// Whether a point has all that is known of the file that follows, so that nothing of this one is needed.
    func isReplaced(by point: ResumePoint) -> Bool {
        let isInside = resumeOffset < readOffset
        let hasState = SourceSnapshot(point.position.state)?.reading != nil
        return point.position.offset > 0 || hasState && !isInside
    }

    /// Reads another file from now on.
    mutating func goOn(in number: UInt32, facts: SourceFacts, referenceTime: Int64, resume: ResumePoint?) {
        let base = readOffset
        guard var final = reading(at: base) else { return }
        // Lines that still come in this file, of folds that go on in the next, are late.
        final.ended += Self.openKeys(arena, fold)
        var next = SourceOrigin(
            number: number, facts: facts, base: base, referenceTime: referenceTime, resume: resume)
        next.beginFirstLine()
        if let resume { next.counts = SourceCounts(at: resume.position) }
        context.begin(next, behind: final)
    }

    private static func openKeys(_ arena: borrowing ByteBuffer, _ fold: borrowing Fold) -> [EndedFold] {
        arena.withPaddedSpan { bytes in
            fold.streams.flatMap(\.open).compactMap { open in
                let event = fold.table[open.event]
                return event.carriedHead < 0 && !event.isPlain ? EndedFold(bytes, event.head) : nil
            }
        }
    }
}
