import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTransport

/// Brings the events of lots to a server, by as many `_bulk` requests as that takes.
///
/// What the server answers for each event and for each request is done as `Docs/sinks/elasticsearch.md` says in its
/// table; this is its one place.
final class BulkSender {
    private let options: ElasticsearchOptions
    private let transport: any HTTPTransport
    private let clock: any Clock
    private let compressor: DeflateCompressor?
    private let report: SinkReport
    private var pool: EndpointPool<Endpoint>
    private var limit: ConcurrencyLimit
    private var size: RequestSize
    private var nextNumber = 0
    /// How often another secret was found when it was read again.
    private var reloads = 0
    private(set) var tally: SinkTally
    /// Bytes of bodies that were taken by a server.
    private(set) var bytesWritten: Int64 = 0

    private var flights: [Int: Flight] = [:]

    /// A request in flight.
    private struct Flight {
        var round: BulkRound
        var pending: BulkRound.Pending
        var endpoint: Int
        /// Of the endpoint, of the limit of requests and of the secret, as they were when it was begun.
        var endpointMark: Int
        var mark: Int
        var reloads: Int
        var bodyBytes: Int

        var lot: NumberedLot { pending.lot }
    }

    init(
        _ options: ElasticsearchOptions, transport: any HTTPTransport, clock: any Clock, state: ServerSinkState,
        report: @escaping SinkReport
    ) throws(SinkFailure) {
        self.options = options
        self.transport = transport
        self.clock = clock
        self.report = report
        do throws(CompressionError) {
            compressor = try options.compressionLevel.map { level throws(CompressionError) in
                try DeflateCompressor(.gzip, level: Int32(level))
            }
        } catch {
            throw SinkFailure("\(error)")
        }
        pool = EndpointPool(options.endpoints)
        limit = ConcurrencyLimit(maximum: options.requestsInFlight)
        size = RequestSize(maximum: options.requestBytes, refused: state.refusedBytes)
        tally = state.tally
    }

    /// The size of request that a server has refused; see ``RequestSize/refused``.
    var refusedBytes: Int? { size.refused }

    /// Bytes of a request at the most.
    var requestBytes: Int { size.current }
    /// Requests that may be in flight.
    var requestLimit: Int { limit.current }
    /// Whether one is.
    var isWaiting: Bool { !flights.isEmpty }

    /// Whether one more request of a round may be begun.
    func hasRoom(_ round: BulkRound) -> Bool { flights.count < min(limit.current, round.ceiling ?? .max) }

    /// Begins as many requests of a round as may be in flight.
    func begin(_ round: BulkRound) {
        while round.hasRequests, hasRoom(round) { beginNext(round) }
    }

    /// Waits for the answer to a request of any round until a monotonic time; false where none has come, or the bell was
    /// rung.
    func receive(until deadline: Int64?) -> Bool {
        guard let result = transport.next(until: deadline) else { return false }
        guard let flight = flights.removeValue(forKey: result.number) else { return true }
        flight.round.inFlight -= 1
        handle(result.outcome, of: flight)
        return true
    }

    /// How long to wait at the least where somebody has to do something.
    static let holdPause = Duration.seconds(30)
}

// MARK: - Requests

extension BulkSender {
    private static let call =
        "/_bulk?filter_path=took,errors,error,items.*.status,items.*.error.type,items.*.error.reason,"
        + "items.*.error.caused_by.reason,items.*.failure_store"

    private func beginNext(_ round: BulkRound) {
        var pending = round.queue.removeFirst()
        let lot = pending.lot
        let count = lot.events.prefixCount(pending.items, bytes: size.current, events: options.requestEvents)
        if count < pending.items.count {
            var rest = pending
            rest.items = pending.items.dropFirst(count)
            round.queue.insert(rest, at: 0)
            pending.items = pending.items.prefix(count)
        }
        guard !pending.items.isEmpty else { return }
        guard let endpoint = pool.next(at: clock.monotonic, except: pending.tried) else {
            round.failure = SinkFailure("no endpoint is left to try")
            return
        }
        do throws(SinkFailure) {
            let request = try request(pending.items, to: pool[endpoint], lot.events)
            let number = nextNumber
            nextNumber += 1
            tally.sent += UInt64(pending.items.count)
            round.inFlight += 1
            flights[number] = Flight(
                round: round, pending: pending, endpoint: endpoint, endpointMark: pool.mark(of: endpoint),
                mark: limit.mark, reloads: reloads, bodyBytes: request.body.count)
            transport.start(request, number: number)
        } catch {
            round.failure = error
        }
    }

    private func request(
        _ items: ArraySlice<Int>, to endpoint: Endpoint, _ lot: borrowing BulkLot
    ) throws(SinkFailure) -> TransportRequest {
        // Not the vendor's content type: others than its own servers refuse that.
        var headers = [(name: "Content-Type", value: "application/x-ndjson")]
        if let header = options.authorization.header { headers.append(("Authorization", header)) }
        let body: [UInt8]
        if let compressor {
            headers.append(("Content-Encoding", "gzip"))
            do throws(CompressionError) {
                body = try lot.withBody(items) { (text) throws(CompressionError) in try compressor.compress(text) }
            } catch {
                throw SinkFailure("the events cannot be compressed: \(error)")
            }
        } else {
            body = lot.withBody(items) { text in unsafe text.withUnsafeBytes { unsafe Array($0) } }
        }
        let index = lot.index.map { "/" + PercentEncoding.encoded($0) } ?? ""
        return TransportRequest(.post, endpoint.url + index + Self.call, headers: headers, body: body)
    }

    private func handle(_ outcome: Result<TransportAnswer, TransportFailure>, of flight: Flight) {
        switch outcome {
        case .success(let answer):
            if answer.status < 500, answer.status != 408 { pool.succeeded(flight.endpoint) }
            handle(answer, of: flight)
        case .failure(let failure):
            handle(failure, of: flight)
        }
    }

    private func handle(_ failure: TransportFailure, of flight: Flight) {
        switch failure.kind {
        case .interrupted:
            flight.round.failure = SinkFailure("it was told to stop")
            flight.lot.events.noteUnknown(flight.pending.items)
            return
        case .invalid, .tls, .unreachable: break
        case .timedOut, .cut: flight.lot.events.noteUnknown(flight.pending.items)
        case .tooLong:
            flight.lot.events.noteUnknown(flight.pending.items)
            // The server works; it has something to say of too many events.
            if flight.pending.items.count > 1 { return halve(flight) }
        case .cutWhileSending:
            flight.lot.events.noteUnknown(flight.pending.items)
            // So may a proxy refuse a body that is too large for it.
            size.wasCut(flight.lot.events.byteCount(flight.pending.items))
        }
        tryElsewhere(flight, or: SinkFailure("\(pool[flight.endpoint]) cannot be reached: \(failure)"))
    }

    /// The endpoint has failed. Sends the items to another one, if one is believed to work; else this is why no more can
    /// be sent.
    private func tryElsewhere(_ flight: Flight, or failure: SinkFailure) {
        pool.failed(
            flight.endpoint, at: clock.monotonic, begunAt: flight.endpointMark,
            pause: failure.retryAfter?.nanoseconds ?? 0)
        var pending = flight.pending
        pending.tried.insert(flight.endpoint)
        if pool.hasHealthy(at: clock.monotonic, except: pending.tried) {
            flight.round.queue.insert(pending, at: 0)
        } else {
            flight.round.failure = flight.round.failure ?? failure
        }
    }

    /// Sends the items in two requests.
    private func halve(_ flight: Flight) {
        let items = flight.pending.items
        let middle = items.startIndex + items.count / 2
        for half in [items[middle...], items[..<middle]] {
            flight.round.queue.insert(BulkRound.Pending(lot: flight.lot, items: half), at: 0)
        }
    }
}

// MARK: - Answers for whole requests

extension BulkSender {
    private func handle(_ answer: TransportAnswer, of flight: Flight) {
        switch answer.status {
        case 200..<300: take(answer, of: flight)
        case 413: takeTooLarge(answer, of: flight)
        case 429: takeBusy(answer, of: flight)
        case 400: takeMalformed(answer, of: flight)
        case 401, 403: takeForbidden(answer, of: flight)
        // A proxy that has waited for too long says 408.
        case 408, 500...:
            flight.lot.events.noteUnknown(flight.pending.items)
            tryElsewhere(flight, or: retryFailure(answer, flight) ?? SinkFailure(said(answer, flight)))
        default:
            flight.round.failure = SinkFailure(
                "\(said(answer, flight)); look at 'endpoints': this is not the address of \(options.flavour.title)",
                retryAfter: Self.holdPause)
        }
    }

    /// Where the server says when to come again.
    private func retryFailure(_ answer: TransportAnswer, _ flight: Flight) -> SinkFailure? {
        guard let text = answer.headers["retry-after"], let pause = RetryAfter.pause(text, now: clock.now) else {
            return nil
        }
        return SinkFailure(said(answer, flight), retryAfter: pause)
    }

    private func takeTooLarge(_ answer: TransportAnswer, of flight: Flight) {
        let items = flight.pending.items
        if items.count > 1 {
            size.wasRefused(flight.lot.events.byteCount(items))
            report(
                "The server refuses requests of this size; from now on they are half as large",
                [("bytes", "\(flight.lot.events.byteCount(items))")])
            flight.round.queue.insert(flight.pending, at: 0)
        } else if let item = items.first {
            refuse(item, 413, "the event alone is larger than the server takes", flight)
        }
    }

    private func takeBusy(_ answer: TransportAnswer, of flight: Flight) {
        limit.refused(flight.mark)
        if let failure = retryFailure(answer, flight) {
            flight.round.failure = flight.round.failure ?? failure
        } else if flights.isEmpty {
            flight.round.failure = flight.round.failure ?? SinkFailure(said(answer, flight))
        } else {
            // Not before one of the others has ended.
            flight.round.ceiling = flights.count
            flight.round.queue.insert(flight.pending, at: 0)
        }
    }

    /// One event may spoil a request for all of them, so it is looked for by halves.
    private func takeMalformed(_ answer: TransportAnswer, of flight: Flight) {
        // A proxy says 400 too; it knows nothing of events.
        guard let error = ServerError(body: answer.body), !error.type.isEmpty else {
            flight.round.failure = SinkFailure(said(answer, flight), retryAfter: Self.holdPause)
            return
        }
        let items = flight.pending.items
        guard items.count == 1, let item = items.first else { return halve(flight) }
        refuse(item, 400, error.text, flight, .spoilsRequest)
        // Where nothing is taken at all, it is hardly the events.
        let spoilt = flight.round.refused.count { $0.verdict == .spoilsRequest }
        if !flight.round.hasStored, spoilt >= Self.mostSpoilt {
            flight.round.failure = flight.round.failure ?? SinkFailure(said(answer, flight), retryAfter: Self.holdPause)
        }
    }

    /// So many events one after the other may spoil their requests before it is the server that refuses everything.
    private static let mostSpoilt = 10

    private func takeForbidden(_ answer: TransportAnswer, of flight: Flight) {
        // Another request in flight has found the new secret before.
        guard flight.reloads == reloads else { return flight.round.queue.insert(flight.pending, at: 0) }
        if !flight.round.hasReloaded {
            flight.round.hasReloaded = true
            // The secret may have been changed while the agent runs.
            if (try? options.authorization.reload()) == true {
                reloads += 1
                flight.round.queue.insert(flight.pending, at: 0)
                return
            }
        }
        let wayOut =
            answer.status == 401
            ? "correct 'auth'; a secret in a file is read again at each try"
            : "give the user of 'auth' the right to create documents (create_doc) in \(options.index.text)"
        flight.round.failure = SinkFailure("\(said(answer, flight)); \(wayOut)", retryAfter: Self.holdPause)
    }

    /// What a server has answered, as half a sentence.
    private func said(_ answer: TransportAnswer, _ flight: Flight) -> String {
        let text = ServerError(body: answer.body)?.text ?? Self.beginning(answer.body)
        return "\(pool[flight.endpoint]) answers \(answer.status)" + (text.isEmpty ? "" : " (\(text))")
    }

    private static func beginning(_ body: [UInt8]) -> String {
        String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

// MARK: - Answers for events

extension BulkSender {
    private func take(_ answer: TransportAnswer, of flight: Flight) {
        let items = flight.pending.items
        guard let bulk = BulkAnswer(answer.body), bulk.itemCount == items.count else {
            flight.lot.events.noteUnknown(items)
            flight.round.failure = SinkFailure(
                "\(pool[flight.endpoint]) gives an answer that is none of _bulk: \(Self.beginning(answer.body))",
                retryAfter: nil)
            return
        }
        bytesWritten += Int64(flight.bodyBytes)
        size.wasTaken(flight.lot.events.byteCount(items))
        var rest = items
        for exception in bulk.exceptions {
            let at = items.startIndex + exception.number
            flight.round.store(rest[..<at], of: flight.lot)
            take(exception, of: items[at], flight)
            rest = items[(at + 1)...]
        }
        flight.round.store(rest, of: flight.lot)
        if bulk.exceptions.contains(where: { $0.status == 429 }) {
            limit.refused(flight.mark)
        } else {
            limit.succeeded(inFlight: flights.count + 1)
            flight.round.ceiling = nil
            flight.round.hasReloaded = false
        }
    }

    private func take(_ answer: BulkAnswer.Exception, of item: Int, _ flight: Flight) {
        let verdict = BulkVerdict(answer)
        switch verdict {
        case .stored:
            if answer.isInFailureStore { tally.failureStored += 1 }
            flight.round.store([item], of: flight.lot)
        case .alreadyThere:
            if flight.lot.events.items[item].mayBeStored { tally.repeated += 1 } else { tally.foundAtFirst += 1 }
            flight.round.store([item], of: flight.lot)
        case .refusedForGood, .refusedForNow, .spoilsRequest:
            if verdict == .refusedForNow(isHeld: false, mayBeStored: true) { flight.lot.events.noteUnknown([item]) }
            refuse(item, answer.status, "\(answer.type): \(answer.reason)", flight, verdict)
        }
    }

    /// An event is not taken.
    private func refuse(
        _ item: Int, _ status: Int, _ reason: String, _ flight: Flight, _ verdict: BulkVerdict = .refusedForGood
    ) {
        flight.round.refused.append(
            BulkRound.Refused(lot: flight.lot, item: item, status: status, reason: reason, verdict: verdict))
    }
}
