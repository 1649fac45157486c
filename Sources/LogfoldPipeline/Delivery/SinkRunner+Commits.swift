import LogfoldCore
import LogfoldIO
import LogfoldSpool

// A sink that brings all that it has taken to safety before it takes more.

extension SinkRunner {
    func drive(_ sink: any Sink, _ backoff: inout Backoff) -> Outcome {
        var taken: Int?
        return drive(sink) { isTriedAgain in
            // What was taken already is tried again before anything else is taken.
            if !isTriedAgain {
                switch take(sink, &taken) {
                case .more: return .unfinished
                case .ended: return .ended
                case .enough: break
                }
            }
            if let nextTry = commit(sink, &backoff) { return .tried(nextTry: nextTry) }
            if let index = taken { spool.acknowledge(sink: name, through: index, state: sink.state) }
            taken = nil
            return .tried(nextTry: nil)
        }
    }

    private enum Taking {
        /// Look again.
        case more
        /// It is time to commit.
        case enough
        /// There is nothing left to do.
        case ended
    }

    /// Takes the next delivery, waiting for one.
    private func take(_ sink: any Sink, _ taken: inout Int?) -> Taking {
        if let item = spool.next(for: name, until: waitLimit(sink), unless: { isStopped }) {
            if let batch = item.delivery.batch { sink.take(batch, route: self.sink.route) }
            taken = item.index
            return sink.deadline != nil && !isDue(sink) ? .more : .enough
        }
        guard sink.deadline == nil else { return .enough }
        return spool.isExhausted(for: name) ? .ended : taken == nil ? .more : .enough
    }

    private func isDue(_ sink: any Sink) -> Bool {
        // More that waits is taken together, as far as there is room.
        sink.isFull || sink.deadline.map { $0 < clock.monotonic } ?? true
    }

    /// Makes what was taken safe; returns when to try again where that has failed.
    private func commit(_ sink: any Sink, _ backoff: inout Backoff) -> Int64? {
        do throws(SinkFailure) {
            if sink.deadline != nil { try sink.commit() }
            noteSuccess(&backoff, sink)
            return nil
        } catch {
            // What was interrupted has failed in no way that matters.
            return isStopped ? .max : note(error, &backoff)
        }
    }
}
