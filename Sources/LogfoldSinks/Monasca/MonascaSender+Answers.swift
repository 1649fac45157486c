import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTransport

// What the API answers is done as `Docs/sinks/monasca.md` says in its table; this is its one place.

extension MonascaSender {
    /// How long to wait at the least where somebody has to do something.
    static let holdPause = Duration.seconds(30)

    /// A request has got no answer.
    func take(_ failure: TransportFailure, of flight: Flight) {
        let items = flight.pending.items
        switch failure.kind {
        case .unreachable, .tls, .invalid: break
        // What is suspected only was not sent.
        case _ where flight.pending.suspicion != nil: break
        case .interrupted, .timedOut, .cut, .tooLong: flight.lot.noteUnknown(items)
        case .cutWhileSending:
            flight.lot.noteUnknown(items)
            // The API closes the connection on a body that is too large for it, before it has read it.
            size.wasCut(flight.bodyBytes)
        }
        fail(SinkFailure("\(flight.address.url) cannot be reached: \(failure)"))
    }

    /// A request has got an answer.
    func take(_ answer: TransportAnswer, of flight: Flight) {
        let reply = Reply(status: answer.status, answer: MonascaAnswer(answer), address: flight.address)
        switch reply.answer.verdict {
        case .taken: takeTaken(flight)
        case .tokenRefused: takeTokenRefused(reply, flight)
        case .roleMissing: fail(SinkFailure(roleMissing(reply), retryAfter: Self.holdPause))
        case .tooLarge(let limit): shrink(limit, flight)
        case .malformed: split(reply, flight)
        case .later(let mayBeThere):
            if mayBeThere, flight.pending.suspicion == nil { flight.lot.noteUnknown(flight.pending.items) }
            let pause = answer.headers["retry-after"].flatMap { RetryAfter.pause($0, now: clock.now) }
            fail(SinkFailure(reply.text, retryAfter: pause))
        case .foreign:
            fail(SinkFailure("\(reply.text); look at 'endpoint': this is not the log API", retryAfter: Self.holdPause))
        }
    }

    /// An answer, and who gave it.
    private struct Reply {
        var status: Int
        var answer: MonascaAnswer
        var address: MonascaAddress

        /// Half a sentence.
        var text: String { "\(address.url) answers \(status)" + (answer.text.isEmpty ? "" : " (\(answer.text))") }
    }

    private func takeTaken(_ flight: Flight) {
        let (lot, items) = (flight.lot, flight.pending.items)
        if let suspicion = flight.pending.suspicion { return letter(flight, suspicion.status, suspicion.reason) }
        for item in items {
            lot.finish(item)
            safe.append(lot.items[item].numbers)
        }
        size.wasTaken(flight.bodyBytes)
        bytesWritten += Int64(flight.bodyBytes)
        if flight.address.version.handsOver { counted.handedOver += UInt64(items.count) }
    }

    /// The request is sent once more, with a new token; where others have been refused the same one, they share it.
    private func takeTokenRefused(_ reply: Reply, _ flight: Flight) {
        guard !flight.pending.hasNewToken else {
            return fail(
                SinkFailure(
                    "\(reply.text), and a new token is refused as well: do both use the same Keystone?",
                    retryAfter: Self.holdPause))
        }
        discard(flight.token)
        var pending = flight.pending
        pending.hasNewToken = true
        putBack(pending)
    }

    private func shrink(_ limit: Int?, _ flight: Flight) {
        guard flight.pending.items.count > 1 else {
            let most = limit.map { " (\($0) bytes)" } ?? ""
            return letter(flight, 413, "the event alone is larger than the API takes\(most)")
        }
        let bytes = flight.bodyBytes
        // A limit that is said and was kept to is not the one that counts.
        if let limit, limit < bytes { size.wasLimited(to: limit) } else { size.wasRefused(bytes) }
        report("The API refuses requests of this size; from now on they are smaller", [("bytes", "\(bytes)")])
        putBack(flight.pending)
    }

    /// One event spoils the request for all of them, so it is looked for by halves.
    private func split(_ reply: Reply, _ flight: Flight) {
        // A request without events tells whether it is the event, and not what all requests have in common. The API
        // was seen to look at the dimensions of such a one, and to store nothing.
        guard flight.pending.suspicion == nil else {
            return fail(SinkFailure("\(reply.text), whatever the events", retryAfter: Self.holdPause))
        }
        let items = flight.pending.items
        guard items.count > 1 else {
            var pending = flight.pending
            pending.suspicion = (reply.status, reply.answer.text)
            return putBack(pending)
        }
        let middle = items.startIndex + items.count / 2
        for half in [items[middle...], items[..<middle]] { putBack(Pending(lot: flight.lot, items: half)) }
    }

    private func letter(_ flight: Flight, _ status: Int, _ reason: String) {
        for item in flight.pending.items {
            flight.lot.event(item).withSpan { refusals.reject($0, status: status, reason: reason) }
            flight.lot.finish(item)
            unsaved.append(flight.lot.items[item].numbers)
        }
    }

    private func roleMissing(_ reply: Reply) -> String {
        let role =
            options.crossTenant == .none
            ? "a role that may write logs (monasca-agent, as [security] agent_authorized_roles of the API says)"
            : "a role that may write logs for other projects (as [roles_middleware] delegate_roles of the API says)"
        return "\(reply.text); give the user of 'keystone' \(role) in its project"
    }
}
