import LogfoldCore
import LogfoldIO
import LogfoldTransport

/// Brings lots to Monasca's log API: in each lane one request after the other, so that the order of a source stays.
///
/// Once something has failed no more requests are begun; those in flight are awaited, and ``endRound(_:)`` begins anew.
final class MonascaSender {
    let options: MonascaOptions
    let clock: any Clock
    let refusals: Refusals
    let report: SinkReport
    private let session: KeystoneSession
    private let transport: any HTTPTransport
    /// What stands in front of the elements in a body.
    private let opening: [UInt8]
    var size: RequestSize
    var counted: SinkTally
    /// Bytes of bodies that the API has taken.
    var bytesWritten: Int64 = 0

    /// What is to be sent, in the order of each lane.
    private(set) var queue: [Pending] = []
    private var flights: [Int: Flight] = [:]
    private var nextNumber = 0
    /// Why no more requests are begun.
    private(set) var failure: SinkFailure?
    /// Events that the API has, and that were not asked for yet.
    var safe = EventNumbers()
    /// Events that were refused and given to ``refusals``; they are safe once that is saved.
    var unsaved = EventNumbers()

    /// Items that are to be sent.
    struct Pending {
        var lot: MonascaLot
        var items: ArraySlice<Int>
        /// Whether a new token was asked for because one was refused for them.
        var hasNewToken = false
        /// Why the one item may be what the API cannot read. A request without events tells whether it is.
        var suspicion: (status: Int, reason: String)?
    }

    /// A request in flight.
    struct Flight {
        var pending: Pending
        var token: KeystoneToken
        var address: MonascaAddress
        var bodyBytes: Int

        var lot: MonascaLot { pending.lot }
        var lane: Int { pending.lot.address.lane }
    }

    init(
        _ options: MonascaOptions, session: KeystoneSession, transport: any HTTPTransport, clock: any Clock,
        refusals: Refusals, state: ServerSinkState, report: @escaping SinkReport
    ) {
        self.options = options
        self.session = session
        self.transport = transport
        self.clock = clock
        self.refusals = refusals
        self.report = report
        let members = options.dimensions.map { "\(JSONQuoting.quoted($0.name)):\(JSONQuoting.quoted($0.value))" }
        opening = Array("{\"dimensions\":{\(members.joined(separator: ","))},\"logs\":[".utf8)
        size = RequestSize(maximum: options.requestBytes, refused: state.refusedBytes)
        counted = state.tally
    }

    /// What became of the events.
    var tally: SinkTally {
        var tally = counted
        tally.deadLettered = refusals.deadLettered
        return tally
    }

    /// What outlives the process.
    var state: ServerSinkState {
        ServerSinkState(tally: counted, refusedBytes: size.refused, refusals: refusals.state)
    }

    /// Bytes of elements that a request may have, with the commas between.
    var room: Int { size.current - opening.count - 2 }
    /// Whether a request is in flight.
    var isWaiting: Bool { !flights.isEmpty }
    /// Whether nothing is in flight in a lane, and nothing waits for it.
    func isIdle(_ lane: Int) -> Bool { !isBusy(lane) && !queue.contains { $0.lot.address.lane == lane } }
    /// Whether a request can be begun.
    var hasRequests: Bool { failure == nil && queue.contains { !isBusy($0.lot.address.lane) } }

    private func isBusy(_ lane: Int) -> Bool { flights.values.contains { $0.lane == lane } }

    /// Takes the open events of one more lot.
    func append(_ lot: MonascaLot) {
        let items = lot.open[...]
        if !items.isEmpty { queue.append(Pending(lot: lot, items: items)) }
    }

    /// Sends before what else waits in the lane.
    func putBack(_ pending: Pending) { queue.insert(pending, at: 0) }

    /// No more requests are begun; the first reason counts.
    func fail(_ failure: SinkFailure) { self.failure = self.failure ?? failure }

    /// Begins anew with what is open of these lots; returns why it could not go on.
    func endRound(_ lots: [MonascaLot]) -> SinkFailure? {
        defer { failure = nil }
        queue = []
        for lot in lots {
            lot.noteRepeated()
            append(lot)
        }
        return failure
    }
}

// MARK: - Requests

extension MonascaSender {
    /// Begins a request in each lane that has something to send and none in flight.
    func begin() {
        while failure == nil, let at = queue.firstIndex(where: { !isBusy($0.lot.address.lane) }) {
            do throws(SinkFailure) {
                try start(nextRequest(queue.remove(at: at), at))
            } catch {
                fail(error)
            }
        }
    }

    /// As many of the items as fit into a request; the rest stays where it was.
    private func nextRequest(_ all: Pending, _ place: Int) -> Pending {
        let count = all.lot.prefixCount(all.items, bytes: room, events: options.requestEvents)
        guard count < all.items.count else { return all }
        var (pending, rest) = (all, all)
        pending.items = all.items.prefix(count)
        rest.items = all.items.dropFirst(count)
        queue.insert(rest, at: place)
        return pending
    }

    private func start(_ pending: Pending) throws(SinkFailure) {
        // Keystone is waited for: it is asked once in most of an hour, and without a token nothing can be sent.
        let token = try session.token()
        let address = try address(by: token)
        let items = pending.suspicion == nil ? pending.items : []
        let body = pending.lot.body(items, opening: opening)
        counted.sent += UInt64(items.count)
        counted.resent += UInt64(items.count { pending.lot.items[$0].mayBeThere })
        let flight = Flight(pending: pending, token: token, address: address, bodyBytes: body.count)
        flights[nextNumber] = flight
        transport.start(
            TransportRequest(
                .post, address.url(tenant: pending.lot.address.tenant),
                // Exactly this type, and never compressed: the API takes nothing else.
                headers: [("Content-Type", "application/json"), ("X-Auth-Token", token.id)], body: body),
            number: nextNumber)
        nextNumber += 1
    }

    private func address(by token: KeystoneToken) throws(SinkFailure) -> MonascaAddress {
        if let endpoint = options.endpoint { return try MonascaAddress(endpoint, version: options.version) }
        guard let query = options.keystone.catalog else { throw SinkFailure("there is no endpoint") }
        return try MonascaAddress(try session.address(query, by: token), version: options.version)
    }

    /// Forgets a token that the API has refused.
    func discard(_ token: KeystoneToken) { session.discard(token) }

    /// Waits for the answer to a request until a monotonic time; false where none has come, or the bell was rung.
    func receive(until deadline: Int64?) -> Bool {
        guard let result = transport.next(until: deadline) else { return false }
        guard let flight = flights.removeValue(forKey: result.number) else { return true }
        switch result.outcome {
        case .success(let answer): take(answer, of: flight)
        case .failure(let failure): take(failure, of: flight)
        }
        return true
    }
}
