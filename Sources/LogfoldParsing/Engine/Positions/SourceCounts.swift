package import LogfoldCore

/// What became of the bytes and lines of a source: what was read is in events or still in open folds.
package struct SourceCounts: Sendable, Equatable {
    /// In events that were written.
    package var written = ReadAmount()
    /// In events that a selection or a plan left out.
    package var filtered = ReadAmount()
    /// Read, but in no event that has left.
    package var open = ReadAmount()

    /// Nothing.
    package init() {}

    /// The counts that belong to a position: what had left when it was made. Zero where the position has no state.
    ///
    /// Only the beginning of the state is read: this is asked for each position that is saved.
    package init(at position: SourcePosition) { self = SourceSnapshot.counts(in: position.state) ?? SourceCounts() }
}

extension ReadAmount {
    @inline(__always)
    mutating func add(_ event: Event) {
        bytes &+= Int64(event.rawLength)
        lines &+= Int64(event.physicalLines)
        events &+= 1
    }
}
