import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTransport

/// Brings the events of a lot to a server, by as many `_bulk` requests as that takes.
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
    private(set) var tally: SinkTally
    /// Bytes of bodies that were taken by a server.
    private(set) var bytesWritten: Int64 = 0

    /// A request in flight.
    private struct Flight {
        var pending: PendingRequest
        var endpoint: Int
        var mark: Int
        var bodyBytes: Int
    }

    /// Items that are to be sent.
    private struct PendingRequest {
        var items: ArraySlice<Int>
        /// Endpoints that have failed on them.
        var tried: Set<Int> = []
    }

    /// An item that a server does not take.
    struct Refused {
        var item: Int
        var status: Int
        var reason: String
        var verdict: BulkVerdict
    }

    /// What came of a lot: what is stored is done in it, all else is still open.
    struct Outcome {
        /// Why not all of it was sent.
        var failure: SinkFailure?
        /// The items that were judged and not taken.
        var refused: [Refused]
        /// Whether a server has taken any of it.
        var hasStored: Bool
    }

    /// One call of ``deliver(_:)``.
    private struct Round {
        var queue: [PendingRequest]
        var flights: [Int: Flight] = [:]
        /// Why no more requests are begun; and what became of items that were not simply stored.
        var failure: SinkFailure?
        var refused: [Refused] = []
        var hasStored = false
        /// Requests that may be in flight since the server has refused one; nil since it has taken one again.
        var ceiling: Int?
        var hasReloaded = false
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

    /// Bytes of a lot that make it full.
    var lotBytes: Int { size.current * limit.current }

    /// Sends all open items of a lot. Blocking.
    func deliver(_ lot: inout BulkLot) -> Outcome {
        var round = Round(queue: [PendingRequest(items: lot.open[...])])
        repeat {
            while round.failure == nil, !round.queue.isEmpty, hasRoom(round) { begin(&round, lot) }
            guard let result = transport.next(until: nil) else { break }
            guard let flight = round.flights.removeValue(forKey: result.number) else { continue }
            handle(result.outcome, of: flight, &round, &lot)
        } while !round.flights.isEmpty || (round.failure == nil && !round.queue.isEmpty)
        return Outcome(failure: round.failure, refused: round.refused, hasStored: round.hasStored)
    }

    private func hasRoom(_ round: Round) -> Bool {
        round.flights.count < min(limit.current, round.ceiling ?? .max)
    }

    /// How long to wait at the least where somebody has to do something.
    static let holdPause = Duration.seconds(30)
}

// MARK: - Requests

extension BulkSender {
    private static let call =
        "/_bulk?filter_path=took,errors,error,items.*.status,items.*.error.type,items.*.error.reason,"
        + "items.*.error.caused_by.reason,items.*.failure_store"

    private func begin(_ round: inout Round, _ lot: borrowing BulkLot) {
        var pending = round.queue.removeFirst()
        let count = lot.prefixCount(pending.items, bytes: size.current, events: options.requestEvents)
        if count < pending.items.count {
            round.queue.insert(
                PendingRequest(items: pending.items.dropFirst(count), tried: pending.tried), at: 0)
            pending.items = pending.items.prefix(count)
        }
        guard !pending.items.isEmpty else { return }
        guard let endpoint = pool.next(at: clock.monotonic, except: pending.tried) else {
            round.failure = SinkFailure("no endpoint is left to try")
            return
        }
        do throws(SinkFailure) {
            let request = try request(pending.items, to: pool[endpoint], lot)
            let number = nextNumber
            nextNumber += 1
            tally.sent += UInt64(pending.items.count)
            round.flights[number] = Flight(
                pending: pending, endpoint: endpoint, mark: limit.mark, bodyBytes: request.body.count)
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

    private func handle(
        _ outcome: Result<TransportAnswer, TransportFailure>, of flight: Flight, _ round: inout Round,
        _ lot: inout BulkLot
    ) {
        switch outcome {
        case .success(let answer):
            if answer.status < 500 { pool.succeeded(flight.endpoint) }
            handle(answer, of: flight, &round, &lot)
        case .failure(let failure):
            handle(failure, of: flight, &round, &lot)
        }
    }

    private func handle(
        _ failure: TransportFailure, of flight: Flight, _ round: inout Round, _ lot: inout BulkLot
    ) {
        switch failure.kind {
        case .interrupted:
            round.failure = SinkFailure("it was told to stop")
            lot.noteUnknown(flight.pending.items)
            return
        case .invalid, .tls, .unreachable: break
        case .timedOut, .cut, .tooLong: lot.noteUnknown(flight.pending.items)
        case .cutWhileSending:
            lot.noteUnknown(flight.pending.items)
            // So may a proxy refuse a body that is too large for it.
            size.wasCut(lot.byteCount(flight.pending.items))
        }
        pool.failed(flight.endpoint, at: clock.monotonic)
        tryElsewhere(flight, "\(pool[flight.endpoint]) cannot be reached: \(failure)", &round)
    }

    /// Sends the items to another endpoint, if one is believed to work; else the reason is why no more can be sent.
    private func tryElsewhere(_ flight: Flight, _ reason: String, _ round: inout Round) {
        var pending = flight.pending
        pending.tried.insert(flight.endpoint)
        if pool.hasHealthy(at: clock.monotonic, except: pending.tried) {
            round.queue.insert(pending, at: 0)
        } else {
            round.failure = round.failure ?? SinkFailure(reason)
        }
    }
}

// MARK: - Answers for whole requests

extension BulkSender {
    private func handle(
        _ answer: TransportAnswer, of flight: Flight, _ round: inout Round, _ lot: inout BulkLot
    ) {
        switch answer.status {
        case 200..<300: take(answer, of: flight, &round, &lot)
        case 413: takeTooLarge(answer, of: flight, &round, &lot)
        case 429: takeBusy(answer, of: flight, &round)
        case 400: takeMalformed(answer, of: flight, &round, &lot)
        case 401, 403: takeForbidden(answer, of: flight, &round)
        case 500...:
            lot.noteUnknown(flight.pending.items)
            pool.failed(flight.endpoint, at: clock.monotonic)
            if let failure = retryFailure(answer, flight) {
                round.failure = round.failure ?? failure
            } else {
                tryElsewhere(flight, said(answer, flight), &round)
            }
        default:
            round.failure = SinkFailure(
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

    private func takeTooLarge(
        _ answer: TransportAnswer, of flight: Flight, _ round: inout Round, _ lot: inout BulkLot
    ) {
        let items = flight.pending.items
        if items.count > 1 {
            size.wasRefused(lot.byteCount(items))
            report(
                "The server refuses requests of this size; from now on they are half as large",
                [
                    ("bytes", "\(lot.byteCount(items))")
                ])
            round.queue.insert(flight.pending, at: 0)
        } else if let item = items.first {
            refuse(item, 413, "the event alone is larger than the server takes", &round)
        }
    }

    private func takeBusy(_ answer: TransportAnswer, of flight: Flight, _ round: inout Round) {
        limit.refused(flight.mark)
        if let failure = retryFailure(answer, flight) {
            round.failure = round.failure ?? failure
        } else if round.flights.isEmpty {
            round.failure = round.failure ?? SinkFailure(said(answer, flight))
        } else {
            // Not before one of the others has ended.
            round.ceiling = round.flights.count
            round.queue.insert(flight.pending, at: 0)
        }
    }

    /// One event may spoil a request for all of them, so it is looked for by halves.
    private func takeMalformed(
        _ answer: TransportAnswer, of flight: Flight, _ round: inout Round, _ lot: inout BulkLot
    ) {
        // A proxy says 400 too; it knows nothing of events.
        guard let error = ServerError(body: answer.body), !error.type.isEmpty else {
            round.failure = SinkFailure(said(answer, flight), retryAfter: Self.holdPause)
            return
        }
        let items = flight.pending.items
        if items.count == 1, let item = items.first {
            refuse(item, 400, error.text, &round)
        } else {
            let middle = items.startIndex + items.count / 2
            round.queue.insert(PendingRequest(items: items[middle...]), at: 0)
            round.queue.insert(PendingRequest(items: items[..<middle]), at: 0)
        }
    }

    private func takeForbidden(_ answer: TransportAnswer, of flight: Flight, _ round: inout Round) {
        if !round.hasReloaded {
            round.hasReloaded = true
            // The secret may have been changed while the agent runs.
            if (try? options.authorization.reload()) == true {
                round.queue.insert(flight.pending, at: 0)
                return
            }
        }
        let wayOut =
            answer.status == 401
            ? "correct 'auth'; a secret in a file is read again at each try"
            : "give the user of 'auth' the right to create documents (create_doc) in \(options.index.text)"
        round.failure = SinkFailure("\(said(answer, flight)); \(wayOut)", retryAfter: Self.holdPause)
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
    private func take(
        _ answer: TransportAnswer, of flight: Flight, _ round: inout Round, _ lot: inout BulkLot
    ) {
        let items = flight.pending.items
        guard let bulk = BulkAnswer(answer.body), bulk.itemCount == items.count else {
            lot.noteUnknown(items)
            round.failure = SinkFailure(
                "\(pool[flight.endpoint]) gives an answer that is none of _bulk: \(Self.beginning(answer.body))",
                retryAfter: nil)
            return
        }
        bytesWritten += Int64(flight.bodyBytes)
        size.wasTaken(lot.byteCount(items))
        var exceptions = bulk.exceptions[...]
        var isBusy = false
        for (number, item) in items.enumerated() {
            guard let exception = exceptions.first, exception.number == number else {
                lot.finish(item)
                round.hasStored = true
                continue
            }
            exceptions.removeFirst()
            isBusy = isBusy || exception.status == 429
            take(exception, of: item, &round, &lot)
        }
        if isBusy {
            limit.refused(flight.mark)
        } else {
            limit.succeeded(inFlight: round.flights.count + 1)
            round.ceiling = nil
        }
    }

    private func take(_ answer: BulkAnswer.Exception, of item: Int, _ round: inout Round, _ lot: inout BulkLot) {
        let verdict = BulkVerdict(answer)
        switch verdict {
        case .stored:
            if answer.isInFailureStore { tally.failureStored += 1 }
            lot.finish(item)
            round.hasStored = true
        case .alreadyThere:
            if lot.items[item].mayBeStored { tally.repeated += 1 } else { tally.foundAtFirst += 1 }
            lot.finish(item)
            round.hasStored = true
        case .refusedForGood, .refusedForNow:
            if verdict == .refusedForNow(isHeld: false, mayBeStored: true) { lot.noteUnknown([item]) }
            let reason = "\(answer.type): \(answer.reason)"
            round.refused.append(Refused(item: item, status: answer.status, reason: reason, verdict: verdict))
        }
    }

    /// An event spoils every request that it is in.
    private func refuse(_ item: Int, _ status: Int, _ reason: String, _ round: inout Round) {
        round.refused.append(Refused(item: item, status: status, reason: reason, verdict: .refusedForGood))
    }
}
