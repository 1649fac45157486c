import CCurl
package import LogfoldIO

/// HTTP over libcurl; see `Docs/decisions/0010-libcurl.md`.
package final class CurlTransport: HTTPTransport {
    private let settings: TransportSettings
    private let clock: any Clock
    private let multi: CurlMulti
    private var running: [Int: CurlExchange] = [:]
    private var ended: [TransportResult] = []
    private let trusted: TrustedCertificates

    /// A transport without connections. Makes libcurl ready if it is the first; nil where that fails.
    package init?(_ settings: TransportSettings, clock: any Clock) {
        guard let multi = CurlMulti(idleConnections: settings.idleConnections) else { return nil }
        self.settings = settings
        self.clock = clock
        self.multi = multi
        trusted = TrustedCertificates(settings, multi)
    }

    deinit { abandonAll() }

    package var inFlight: Int { running.count + ended.count }

    package var interruption: @Sendable () -> Void {
        let multi = multi
        return { multi.interrupt() }
    }

    package var bell: @Sendable () -> Void {
        let multi = multi
        return { multi.ring() }
    }

    package func start(_ request: TransportRequest, number: Int) {
        do throws(TransportFailure) {
            let exchange = try exchange(request, number: number)
            guard multi.add(exchange.handle) else {
                throw TransportFailure(.invalid, "libcurl takes no more transfers")
            }
            running[number] = exchange
            multi.perform()
            collect()
        } catch {
            ended.append(TransportResult(number: number, .failure(error)))
        }
    }

    private func exchange(_ request: TransportRequest, number: Int) throws(TransportFailure) -> CurlExchange {
        guard !multi.isInterrupted else { throw .interrupted }
        // What ends a line would begin another header.
        for header in request.headers where header.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw TransportFailure(.invalid, "the value of the header \(header.name) has a control character in it")
        }
        let certificate = try trusted.certificate(for: request.url, ended: end)
        guard let exchange = CurlExchange(request, number: number, settings: settings, trusting: certificate) else {
            throw TransportFailure(.invalid, "libcurl is out of memory")
        }
        if let problem = exchange.handle.problem { throw TransportFailure(.invalid, problem) }
        return exchange
    }

    package func next(until deadline: Int64?) -> TransportResult? {
        while true {
            if !ended.isEmpty { return ended.removeFirst() }
            guard !running.isEmpty else { return nil }
            guard !multi.isInterrupted else {
                abandonAll()
                continue
            }
            multi.perform()
            collect()
            guard ended.isEmpty else { continue }
            guard !multi.takeRing(), let pause = pause(until: deadline) else { return nil }
            multi.wait(milliseconds: pause)
        }
    }

    /// Milliseconds to wait at the most; nil when the time has come.
    private func pause(until deadline: Int64?) -> Int32? {
        // libcurl wakes up for its own timers by itself.
        guard let deadline else { return 60_000 }
        let left = deadline - clock.monotonic
        return left > 0 ? Int32(min(60_000, (left + 999_999) / 1_000_000)) : nil
    }

    private func collect() {
        while let (key, result) = multi.nextEnded() { end(key, result) }
    }

    private func end(_ key: UInt, _ result: CURLcode) {
        guard let number = running.first(where: { $0.value.handle.key == key })?.key,
            let exchange = running.removeValue(forKey: number)
        else { return }
        ended.append(exchange.result(result))
        multi.remove(exchange.handle)
    }

    private func abandonAll() {
        for (number, exchange) in running.sorted(by: { $0.key < $1.key }) {
            exchange.handle.abandon()
            multi.remove(exchange.handle)
            ended.append(TransportResult(number: number, .failure(.interrupted)))
        }
        running = [:]
    }
}

extension TransportFailure {
    /// It was ended from outside.
    package static let interrupted = TransportFailure(.interrupted, "it was ended from outside")
}
