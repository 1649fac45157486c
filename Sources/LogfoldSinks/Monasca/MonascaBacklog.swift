import LogfoldCore
import LogfoldParsing

/// What a Monasca sink has taken and not yet seen safe: lots of a request each.
///
/// The events of a source are all in one lane, and a lane has one request in flight: so they stay in their order, and a
/// slow request holds up its own lane only.
struct MonascaBacklog: ~Copyable {
    private let lanes: Int
    private let requestEvents: Int
    private let tenant: CrossTenant
    private var element: MonascaElement
    /// The element at hand.
    private var text = ByteBuffer()
    /// Lots that take no more events, in order; and by their addresses those that take the next.
    private(set) var whole: [MonascaLot] = []
    private var filling: [MonascaLot.Address: MonascaLot] = [:]
    /// One that is settled, for the next events.
    private var spare: MonascaLot?
    /// Bytes of all lots.
    private(set) var byteCount = 0

    /// Nothing was taken.
    init(_ options: MonascaOptions) {
        lanes = options.requestsInFlight
        requestEvents = options.requestEvents
        tenant = options.crossTenant
        element = MonascaElement(options.eventDimensions, tenant: options.crossTenant.field)
    }

    /// Takes an event, in a new lot where the last one has no room for it in a request with so many bytes of elements.
    /// Returns a lot that is whole now.
    mutating func append(
        _ lines: RawSpan, _ entry: Batch.Entry, numbers: Range<UInt64>, now: Int64, requestBytes: Int
    ) -> MonascaLot? {
        // Without the newline.
        let event = ByteRange(entry.line.start, entry.line.end - 1)
        text.removeAll(keepingRoom: Self.keptCapacity)
        let made = element.append(lines, event, to: &text)
        let address = MonascaLot.Address(
            lane: Int(entry.source) % lanes, tenant: tenant.project ?? project(lines, made.tenant))
        var sealed: MonascaLot?
        if let lot = filling[address], lot.isWhole(with: text.count, (requestBytes, requestEvents)) {
            whole.append(lot)
            filling[address] = nil
            sealed = lot
        }
        let lot = filling[address] ?? next(address, now)
        var original: [UInt8]?
        if made.isChanged {
            original = unsafe lines.extracting(event.start..<event.end).withUnsafeBytes { unsafe Array($0) }
        }
        let before = lot.byteCount
        text.withSpan { lot.append($0, members: made.members, original: original, numbers: numbers) }
        byteCount += lot.byteCount - before
        return sealed
    }

    /// The project that an event names; what is no id is the token's own project.
    private func project(_ lines: RawSpan, _ range: ByteRange) -> String? {
        guard !range.isEmpty, range.count <= CrossTenant.longestProject else { return nil }
        let id = lines.string(range)
        return CrossTenant.isProject(id) ? id : nil
    }

    private mutating func next(_ address: MonascaLot.Address, _ now: Int64) -> MonascaLot {
        let lot = spare ?? MonascaLot(address, since: now)
        lot.reset(address, since: now)
        (filling[address], spare) = (lot, nil)
        return lot
    }

    /// Lets the lots of these lanes take no more, and returns them in the order of their first events.
    mutating func seal(_ isMeant: (_ lane: Int) -> Bool) -> [MonascaLot] {
        let lots = filling.values.filter { isMeant($0.address.lane) }.sorted { $0.first < $1.first }
        for lot in lots { filling[lot.address] = nil }
        whole += lots
        return lots
    }

    /// When the first event came of those in these lanes that are in no whole lot.
    func firstTime(_ isMeant: (_ lane: Int) -> Bool) -> Int64? {
        filling.values.filter { isMeant($0.address.lane) }.map(\.since).min()
    }

    /// Whether there is something left of what has failed before.
    var isRepeating: Bool { whole.contains { $0.isRepeated } }

    /// Forgets the lots of which nothing is left to do.
    mutating func removeSettled() {
        whole.removeAll { lot in
            guard lot.openCount == 0 else { return false }
            byteCount -= lot.byteCount
            spare = lot
            return true
        }
    }

    /// Room that is kept for the next element.
    private static let keptCapacity = 64 << 10
}

extension MonascaLot {
    /// The number in the spool that its first event is settled with.
    fileprivate var first: UInt64 { items.first?.numbers.lowerBound ?? 0 }
}
