import LogfoldCore

/// What open folds and the events behind them may hold together, of all sources of an engine (`Docs/rules.md`,
/// *Folding*).
struct FoldBudget {
    /// All of it, in bytes.
    let limit: Int
    /// What is held now.
    private(set) var held = 0

    init(_ limit: Int) { self.limit = limit }

    /// A source holds so much now.
    mutating func update(_ box: SourceBox, to held: Int) {
        guard held != box.held else { return }
        self.held += held - box.held
        box.held = held
    }

    /// What a source may hold. Where it is alone, that depends on nothing else.
    func room(of box: SourceBox) -> SourceState.Room {
        let others = held - box.held
        return SourceState.Room(bytes: Swift.max(limit - others, 0), isLargest: others == 0)
    }
}

extension Engine {
    /// Makes room for a source that came to the bound: ends the oldest fold of the source that holds most.
    mutating func relieve(_ box: SourceBox, _ emit: (Batch) throws -> Void) rethrows {
        budget.update(box, to: box.state.retained)
        let largest = sources.values.max { ($0.held, $1.number) < ($1.held, $0.number) } ?? box
        if largest !== box, largest.held > box.held, largest.state.releaseOldest() {
            let before = largest.held
            try writeClosed(largest, emit)
            box.state.room = budget.room(of: box)
            if largest.held < before { return }
        }
        box.state.room.isLargest = true
    }

    /// Writes what may leave of a source that is not read now.
    private mutating func writeClosed(_ box: SourceBox, _ emit: (Batch) throws -> Void) rethrows {
        var isDone = false
        while !isDone {
            let before = writer.count
            isDone = box.state.write(&writer)
            note(box, hasWritten: writer.count > before)
            if !isDone { try flush(emit) }
        }
        box.state.compact()
        budget.update(box, to: box.state.retained)
        deadlines.set(box.number, deadlines.isWaiting(box.number) ? box.state.nextDeadline : nil)
    }
}
