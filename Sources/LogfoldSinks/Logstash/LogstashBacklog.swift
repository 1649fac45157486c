import LogfoldCore
import LogfoldParsing

/// What a sink to Logstash has taken and not yet seen safe: lots of a window each, so that a slow window holds no more than
/// its own.
final class LogstashBacklog {
    private let window: (bytes: Int, events: Int)
    private let makeLot: () -> EventLot
    /// Lots that take no more events, in order; and the one that takes the next.
    private(set) var whole: [EventLot] = []
    private(set) var filling: EventLot?
    /// One that is settled, for the next events.
    private var spare: EventLot?
    private var nextNumber = 0

    /// Nothing was taken.
    init(_ options: LogstashOptions, version: String) {
        window = (options.windowBytes, options.windowEvents)
        makeLot = { EventLot(beat: options.beat, version: version, usesEventID: options.usesEventID) }
    }

    /// Takes an event, in a new lot where the last one has no room for it in a window. Returns a lot that is whole now.
    func append(_ lines: RawSpan, _ entry: Batch.Entry, settled: Range<UInt64>, now: Int64) -> EventLot? {
        var sealed: EventLot?
        if filling?.isWhole(with: Int(entry.length), window) == true { sealed = seal() }
        let lot = filling ?? next(now)
        lot.append(lines, entry.line, id: entry.id, settled: settled)
        nextNumber += 1
        return sealed
    }

    private func next(_ now: Int64) -> EventLot {
        let lot = spare ?? makeLot()
        lot.reset(base: nextNumber, since: now)
        (filling, spare) = (lot, nil)
        return lot
    }

    /// Lets the last lot take no more, and returns it.
    func seal() -> EventLot? {
        guard let lot = filling else { return nil }
        whole.append(lot)
        filling = nil
        return lot
    }

    /// The lot that an event is in, which is not safe.
    subscript(number: Int) -> EventLot {
        guard let lot = whole.first(where: { $0.events.contains(number) }) else {
            preconditionFailure("event \(number) is in no lot")
        }
        return lot
    }

    /// Whether there is something left of what has failed before.
    var isRepeating: Bool { whole.contains { $0.isRepeated } }

    /// Forgets the lots of which nothing is left to do.
    func removeSettled() {
        whole.removeAll { lot in
            guard lot.openCount == 0 else { return false }
            spare = lot
            return true
        }
    }

    /// Bytes of all lots.
    var byteCount: Int { whole.reduce(filling?.byteCount ?? 0) { $0 + $1.byteCount } }
}
