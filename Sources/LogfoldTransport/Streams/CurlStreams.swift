import CCurl
package import LogfoldIO

/// Streams over libcurl; see `Docs/decisions/0010-libcurl.md`.
package final class CurlStreams: StreamTransport {
    private let settings: TransportSettings
    private let isEncrypted: Bool
    private let clock: any Clock
    private let multi: CurlMulti
    private let trusted: TrustedCertificates
    /// Streams whose connection is being made, by their handle's key.
    private var connecting: [UInt: Weak] = [:]

    private struct Weak {
        weak var stream: CurlStream?
    }

    /// A transport without connections, which are all encrypted or all plain. Makes libcurl ready if it is the first;
    /// nil where that fails. Only a proxy in the settings counts, none of the environment.
    package init?(_ settings: TransportSettings, isEncrypted: Bool, clock: any Clock) {
        guard let multi = CurlMulti(idleConnections: settings.idleConnections) else { return nil }
        self.settings = settings.forStreams
        self.isEncrypted = isEncrypted
        self.clock = clock
        self.multi = multi
        trusted = TrustedCertificates(self.settings, multi)
    }

    package func open(_ address: HostAddress) -> any ByteStream {
        let url = "\(isEncrypted ? "https" : "http")://\(address)"
        do throws(TransportFailure) {
            guard !multi.isInterrupted else { throw .interrupted }
            let certificate = try trusted.certificate(for: url, ended: noteEnded)
            guard let handle = CurlHandle() else { throw TransportFailure(.invalid, "libcurl is out of memory") }
            handle.setStream(url, settings, trusting: certificate)
            if let problem = handle.problem { throw TransportFailure(.invalid, problem) }
            guard multi.add(handle) else { throw TransportFailure(.invalid, "libcurl takes no more transfers") }
            let stream = CurlStream(handle, of: self)
            connecting[handle.key] = Weak(stream: stream)
            return stream
        } catch {
            return FailedStream(error)
        }
    }

    package func wait(for streams: [any ByteStream], until deadline: Int64) {
        let left = deadline - clock.monotonic
        guard left > 0, !multi.isInterrupted, !multi.takeRing() else { return }
        let streams = streams.compactMap { $0 as? CurlStream }
        guard !streams.contains(where: \.hasMore) else { return }
        let sockets = streams.compactMap(\.waitingFor)
        multi.wait(milliseconds: Int32(min(60_000, (left + 999_999) / 1_000_000)), for: sockets)
        _ = multi.takeRing()
    }

    package var bell: @Sendable () -> Void {
        let multi = multi
        return { multi.ring() }
    }

    package var isInterrupted: Bool { multi.isInterrupted }

    package var interruption: @Sendable () -> Void {
        let multi = multi
        return { multi.interrupt() }
    }

    /// Moves on what libcurl does by itself: connections that are being made.
    func advance() {
        guard !connecting.isEmpty else { return }
        multi.perform()
        while let (key, result) = multi.nextEnded() { noteEnded(key, result) }
    }

    private func noteEnded(_ key: UInt, _ result: CURLcode) {
        connecting.removeValue(forKey: key)?.stream?.noteConnected(result)
    }

    /// A stream is not needed any more: its connection is closed.
    func close(_ handle: CurlHandle) {
        connecting.removeValue(forKey: handle.key)
        handle.abandon()
        multi.remove(handle)
    }
}

/// A stream that could not even be begun.
private final class FailedStream: ByteStream {
    private let failure: TransportFailure

    init(_ failure: TransportFailure) { self.failure = failure }

    func send(_ bytes: [UInt8]) {}
    func move(onto received: inout [UInt8]) -> StreamProgress {
        var progress = StreamProgress()
        progress.end = .failed(failure)
        return progress
    }
    let hasArrived = false
}

extension TransportSettings {
    /// The same for a protocol that is not HTTP.
    fileprivate var forStreams: TransportSettings {
        var settings = self
        // A proxy of the environment is for HTTP.
        settings.proxy = proxy ?? ""
        settings.offersHTTP = false
        return settings
    }
}

extension CurlHandle {
    /// Sets what makes a connection over which somebody else talks.
    fileprivate func setStream(_ url: String, _ settings: TransportSettings, trusting certificate: String?) {
        set(settings, trusting: certificate)
        set(CURLOPT_URL, url)
        set(CURLOPT_CONNECT_ONLY, 1)
        // A proxy passes bytes on (CONNECT), also where they are not encrypted; and no_proxy is the environment's, too.
        set(CURLOPT_HTTPPROXYTUNNEL, 1)
        set(CURLOPT_NOPROXY, "")
    }
}
