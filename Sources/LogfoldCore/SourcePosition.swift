/// Where the reading of a source can be taken up again so that the same events come out: nothing lost, nothing twice.
///
/// The engine makes it and takes it back (`Docs/rules.md`, *Position*); everybody else passes it on.
package struct SourcePosition: Sendable, Equatable {
    /// Offset of the first byte to be read again, in the decoded source: no event that is still inside begins before
    /// it, and no event that has left reaches over it.
    package var offset: Int64
    /// Events at or behind ``offset`` that have left already: a second reading makes them again and does not send them.
    package var left: [EventSpan]
    /// What the engine knew of the source there: format, line ends, clock. A format of its own; empty at the start.
    package var state: [UInt8]

    /// A position.
    package init(offset: Int64 = 0, left: [EventSpan] = [], state: [UInt8] = []) {
        self.offset = offset
        self.left = left
        self.state = state
    }

    /// Whether an event of this place has left before this position was taken.
    package func covers(_ event: EventSpan) -> Bool { event.offset < offset || left.contains(event) }
}

/// The place of an event in its source: offset of its first byte and number of its physical bytes.
package struct EventSpan: Sendable, Equatable, Hashable {
    /// Offset in the decoded source.
    package var offset: Int64
    /// How many physical bytes it has; lines of other events may lie between them.
    package var length: Int64

    /// A place.
    package init(offset: Int64, length: Int64) {
        self.offset = offset
        self.length = length
    }
}

/// Where to take up the reading of a source, and for which sinks which of its events are done.
package struct ResumePoint: Sendable, Equatable {
    /// The lowest position of all sinks.
    package var position: SourcePosition
    /// For the sinks of these route bits, the events that a position covers are not sent again.
    package var delivered: [(routes: UInt64, position: SourcePosition)]

    /// A point to take up reading at.
    package init(position: SourcePosition, delivered: [(routes: UInt64, position: SourcePosition)]) {
        self.position = position
        self.delivered = delivered
    }

    /// Equal positions for equal sinks.
    package static func == (left: ResumePoint, right: ResumePoint) -> Bool {
        left.position == right.position && left.delivered.count == right.delivered.count
            && zip(left.delivered, right.delivered).allSatisfy { $0.routes == $1.routes && $0.position == $1.position }
    }
}

/// All that is saved of a source: what the engine and what the input have to know to go on.
package struct SourceCheckpoint: Sendable, Equatable {
    /// Number of the source for as long as `data_dir` lives; never used for another.
    package var key: UInt64
    /// Name of the input in the configuration.
    package var input: String
    /// Where reading goes on.
    package var position: SourcePosition
    /// What the input knows of the place: path, identity, hashes. A format of the input's own.
    package var place: [UInt8]

    /// A checkpoint.
    package init(key: UInt64, input: String, position: SourcePosition, place: [UInt8]) {
        self.key = key
        self.input = input
        self.position = position
        self.place = place
    }
}
