package import LogfoldCore

// Where reading can be taken up, for those who save it.

extension Engine {
    /// Where the reading of a source can be taken up if everything that was made so far is safe; nil for an unknown
    /// source.
    package func position(source: UInt32) -> SourcePosition? {
        sources[source]?.state.positions().first { $0.source == source }?.position
    }

    /// Where a file that another one follows is taken up again if more is written to it, though events that begin in it
    /// may still be inside; nil where nothing follows.
    package func endPosition(source: UInt32) -> SourcePosition? { sources[source]?.state.endPosition(of: source) }

    /// What became of the bytes and lines of a source; nil for an unknown one.
    package func counts(source: UInt32) -> SourceCounts? { sources[source]?.state.counts(of: source) }

    /// The positions of sources that have moved on since they were handed out last, with a batch or by this call, and
    /// without an event that waits to be handed out: everything was left out, or had been delivered before.
    package mutating func takeMovedPositions() -> [(source: UInt32, position: SourcePosition)] {
        defer { moved.removeAll(keepingCapacity: true) }
        return moved.flatMap { box -> [(source: UInt32, position: SourcePosition)] in
            guard box.isMoved else { return [] }
            box.isMoved = false
            return box.state.resumeOffset == box.handedOffset ? [] : takePositions(of: box)
        }
    }

    /// The positions that the batch at hand makes safe: of the sources that it has events of, and of those that have moved
    /// on without, so that what the engine has counted by then belongs to these positions.
    mutating func takePositions() -> [(source: UInt32, position: SourcePosition)] {
        defer { written.removeAll(keepingCapacity: true) }
        return written.flatMap { takePositions(of: $0) } + takeMovedPositions()
    }

    private mutating func takePositions(of box: SourceBox) -> [(source: UInt32, position: SourcePosition)] {
        let positions = box.state.positions()
        box.handedOffset = box.state.resumeOffset
        box.isWritten = false
        box.isMoved = false
        // Files that others follow are known until their last position was handed out.
        for number in box.state.forgetPassedFiles() { sources[number] = nil }
        return positions
    }

    /// A source was advanced: events of it are in the batch at hand, or its position may have moved without.
    mutating func note(_ box: SourceBox, hasWritten: Bool) {
        if hasWritten, !box.isWritten {
            box.isWritten = true
            written.append(box)
        }
        guard !box.isWritten, !box.isMoved else { return }
        box.isMoved = true
        moved.append(box)
    }
}
