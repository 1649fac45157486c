package import LogfoldCore

/// What became of the bytes and lines of a source: what was read is in events or still in open folds.
package struct SourceCounts: Sendable, Equatable {
    /// Physical bytes and lines.
    package struct Amount: Sendable, Equatable {
        /// Bytes, line ends and layers included.
        package var bytes: Int64 = 0
        /// Lines.
        package var lines: Int64 = 0

        /// Nothing.
        package init() {}
    }

    /// In events that were written.
    package var written = Amount()
    /// In events that a selection left out.
    package var filtered = Amount()
    /// Read, but in no event that has left.
    package var open = Amount()

    /// Nothing.
    package init() {}

    /// The counts that belong to a position: what had left when it was made. Zero where the position has no state.
    package init(at position: SourcePosition) {
        if let snapshot = SourceSnapshot(position.state) { self = snapshot.counts }
    }
}

extension SourceCounts.Amount {
    @inline(__always)
    mutating func add(_ event: Event) {
        bytes &+= Int64(event.rawLength)
        lines &+= Int64(event.physicalLines)
    }
}
