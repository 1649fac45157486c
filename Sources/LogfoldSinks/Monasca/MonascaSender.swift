import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTransport

/// Brings the events of a lot to Monasca's log API, one request after the other, so that their order stays.
///
/// What the API answers is done as `Docs/sinks/monasca.md` says in its table; this is its one place.
final class MonascaSender {
    private let options: MonascaOptions
    private let session: KeystoneSession
    private let transport: any HTTPTransport
    private let clock: any Clock
    private let refusals: Refusals
    private let report: SinkReport
    /// What stands in front of the elements in a body.
    private let opening: [UInt8]
    private var size: RequestSize
    private var counted: SinkTally
    /// Bytes of bodies that the API has taken.
    private(set) var bytesWritten: Int64 = 0

    /// How long to wait at the least where somebody has to do something.
    static let holdPause = Duration.seconds(30)

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

    /// Sends all open items of a lot; throws where some of them are still open. Blocking.
    func deliver(_ lot: inout MonascaLot) throws(SinkFailure) {
        // What was to be written at the last call and could not comes first: the lot says it is done.
        try refusals.save()
        var failure: SinkFailure?
        do throws(SinkFailure) {
            var waiting = Array(lot.open.reversed())
            while let items = waiting.popLast() { try send(items, &waiting, &lot) }
        } catch {
            failure = error
        }
        try refusals.save()
        if let failure { throw failure }
        refusals.committed()
    }

    /// Sends what fits into a request of these items, which are of one project; the rest goes back to `waiting`.
    private func send(
        _ all: ArraySlice<Int>, _ waiting: inout [ArraySlice<Int>], _ lot: inout MonascaLot
    ) throws(SinkFailure) {
        let room = size.current - opening.count - 2
        let items = all.prefix(lot.prefixCount(all, bytes: room, events: options.requestEvents))
        if items.count < all.count { waiting.append(all.dropFirst(items.count)) }
        let body = lot.body(items, opening: opening)
        let reply = try exchange(body, items, &lot)
        switch reply.answer.verdict {
        case .taken: take(items, body.count, reply.address, &lot)
        case .tooLarge(let limit): try shrink(items, body.count, limit, &waiting, &lot)
        case .malformed: try split(items, reply, &waiting, &lot)
        case .roleMissing: throw SinkFailure(roleMissing(reply), retryAfter: Self.holdPause)
        case .tokenRefused:
            throw SinkFailure(
                "\(said(reply)), and a new token is refused as well: do both use the same Keystone?",
                retryAfter: Self.holdPause)
        case .later(let mayBeThere):
            if mayBeThere { lot.noteUnknown(items) }
            throw SinkFailure(said(reply), retryAfter: reply.retryAfter)
        case .foreign:
            throw SinkFailure("\(said(reply)); look at 'endpoint': this is not the log API", retryAfter: Self.holdPause)
        }
    }
}

// MARK: - Requests

extension MonascaSender {
    /// An answer, and who gave it.
    private struct Reply {
        var status: Int
        var answer: MonascaAnswer
        var address: MonascaAddress
        var retryAfter: Duration?
    }

    /// A request for these items; where its token is refused, it is sent once more with a new one.
    private func exchange(
        _ body: [UInt8], _ items: ArraySlice<Int>, _ lot: inout MonascaLot
    ) throws(SinkFailure) -> Reply {
        let first = try session.token()
        let reply = try post(body, items, first, &lot)
        guard reply.answer.verdict == .tokenRefused else { return reply }
        session.discard(first)
        return try post(body, items, try session.token(), &lot)
    }

    private func post(
        _ body: [UInt8], _ items: ArraySlice<Int>, _ token: KeystoneToken, _ lot: inout MonascaLot
    ) throws(SinkFailure) -> Reply {
        let address = try address(by: token)
        let tenant = items.first.flatMap { lot.tenants[lot.items[$0].tenant] }
        counted.sent += UInt64(items.count)
        counted.resent += UInt64(items.count { lot.items[$0].mayBeThere })
        transport.start(
            TransportRequest(
                .post, address.url(tenant: tenant),
                // Exactly this type, and never compressed: the API takes nothing else.
                headers: [("Content-Type", "application/json"), ("X-Auth-Token", token.id)], body: body), number: 0)
        guard let result = transport.next(until: nil) else { throw SinkFailure("it was told to stop") }
        do throws(TransportFailure) {
            let answer = try result.outcome.get()
            return Reply(
                status: answer.status, answer: MonascaAnswer(answer), address: address,
                retryAfter: answer.headers["retry-after"].flatMap { RetryAfter.pause($0, now: clock.now) })
        } catch {
            switch error.kind {
            case .unreachable, .tls, .invalid: break
            case .interrupted, .timedOut, .cut, .tooLong: lot.noteUnknown(items)
            case .cutWhileSending:
                lot.noteUnknown(items)
                // The API closes the connection on a body that is too large for it, before it has read it.
                size.wasCut(body.count)
            }
            throw SinkFailure("\(address.url) cannot be reached: \(error)")
        }
    }

    private func address(by token: KeystoneToken) throws(SinkFailure) -> MonascaAddress {
        if let endpoint = options.endpoint { return try MonascaAddress(endpoint, version: options.version) }
        guard let query = options.keystone.catalog else { throw SinkFailure("there is no endpoint") }
        return try MonascaAddress(try session.address(query, by: token), version: options.version)
    }
}

// MARK: - Answers

extension MonascaSender {
    private func take(_ items: ArraySlice<Int>, _ bytes: Int, _ address: MonascaAddress, _ lot: inout MonascaLot) {
        lot.finish(items)
        size.wasTaken(bytes)
        bytesWritten += Int64(bytes)
        if address.version.handsOver { counted.handedOver += UInt64(items.count) }
    }

    private func shrink(
        _ items: ArraySlice<Int>, _ bytes: Int, _ limit: Int?, _ waiting: inout [ArraySlice<Int>],
        _ lot: inout MonascaLot
    ) throws(SinkFailure) {
        guard items.count > 1 else {
            let most = limit.map { " (\($0) bytes)" } ?? ""
            return letter(items, 413, "the event alone is larger than the API takes\(most)", &lot)
        }
        // A limit that is said and was kept to is not the one that counts.
        if let limit, limit < bytes { size.wasLimited(to: limit) } else { size.wasRefused(bytes) }
        report("The API refuses requests of this size; from now on they are smaller", [("bytes", "\(bytes)")])
        waiting.append(items)
    }

    /// One event spoils the request for all of them, so it is looked for by halves.
    private func split(
        _ items: ArraySlice<Int>, _ reply: Reply, _ waiting: inout [ArraySlice<Int>], _ lot: inout MonascaLot
    ) throws(SinkFailure) {
        guard items.count == 1 else {
            let middle = items.startIndex + items.count / 2
            waiting.append(items[middle...])
            waiting.append(items[..<middle])
            return
        }
        // A request without events tells whether it is the event, and not what all requests have in common. The API
        // was seen to look at the dimensions of such a one, and to store nothing.
        let empty = try exchange(lot.body([], opening: opening), [], &lot)
        guard empty.answer.verdict == .taken else {
            throw SinkFailure("\(said(empty)), whatever the events", retryAfter: Self.holdPause)
        }
        letter(items, reply.status, reply.answer.text, &lot)
    }

    private func letter(_ items: ArraySlice<Int>, _ status: Int, _ reason: String, _ lot: inout MonascaLot) {
        for item in items {
            lot.event(item).withSpan { refusals.reject($0, status: status, reason: reason) }
        }
        lot.finish(items)
    }

    private func said(_ reply: Reply) -> String {
        "\(reply.address.url) answers \(reply.status)" + (reply.answer.text.isEmpty ? "" : " (\(reply.answer.text))")
    }

    private func roleMissing(_ reply: Reply) -> String {
        let role =
            options.crossTenant == .none
            ? "a role that may write logs (monasca-agent, as [security] agent_authorized_roles of the API says)"
            : "a role that may write logs for other projects (as [roles_middleware] delegate_roles of the API says)"
        return "\(said(reply)); give the user of 'keystone' \(role) in its project"
    }
}
