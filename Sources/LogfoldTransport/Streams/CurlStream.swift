import CCurl
import LogfoldIO

/// One connection of ``CurlStreams``.
final class CurlStream: ByteStream {
    private let transport: CurlStreams
    private let handle: CurlHandle
    private let errorText: CurlErrorText
    private var queue = SendQueue()
    private var phase = Phase.connecting

    private enum Phase {
        case connecting
        case open(socket: Int32)
        case ended(StreamProgress.End)
    }

    init(_ handle: CurlHandle, of transport: CurlStreams) {
        self.handle = handle
        self.transport = transport
        errorText = CurlErrorText(of: handle)
    }

    deinit { transport.close(handle) }

    /// libcurl has made the connection, or not.
    func noteConnected(_ result: CURLcode) {
        guard result == CURLE_OK else { return end(result) }
        guard let socket = handle.socket else { return end(CURLE_COULDNT_CONNECT) }
        phase = .open(socket: socket)
    }

    private func end(_ code: CURLcode) {
        phase = .ended(.failed(TransportFailure(code, errorText.text(for: code), isTooLong: false, isSent: true)))
    }

    func send(_ bytes: [UInt8]) { queue.append(bytes) }

    func move(onto received: inout [UInt8]) -> StreamProgress {
        transport.advance()
        var progress = StreamProgress()
        if case .open = phase {
            progress.isConnected = true
            // First what may be there to read: of a connection that was closed meanwhile nothing should be sent to.
            progress.hasMoved = read(onto: &received)
            if write() { progress.hasMoved = true }
            // What the other side said before it went is still to be read.
            if case .ended = phase { _ = read(onto: &received) }
        }
        if case .ended(let end) = phase { progress.end = end }
        return progress
    }

    var hasArrived: Bool {
        guard case .open(let socket) = phase else { return false }
        return queue.isEmpty && hasEverythingArrived(socket)
    }

    /// What to wait for; nil where libcurl waits for it by itself.
    var waitingFor: curl_waitfd? {
        guard case .open(let socket) = phase else { return nil }
        let events = CURL_WAIT_POLLIN | (queue.isEmpty ? 0 : CURL_WAIT_POLLOUT)
        return curl_waitfd(fd: socket, events: Int16(events), revents: 0)
    }

    /// Whether it may move on without a wait: there was more to read than is read at a time.
    private(set) var hasMore = false

    // MARK: Bytes

    private static let readLength = 4_096
    /// Bytes that are read at a time at the most: who sends without end must not keep us from the others.
    private static let longestRead = 1 << 20

    /// Reads until there is nothing left, or much was read; whether there was anything.
    private func read(onto received: inout [UInt8]) -> Bool {
        let before = received.count
        hasMore = true
        while received.count - before < Self.longestRead {
            let start = received.count
            received.append(contentsOf: repeatElement(0, count: Self.readLength))
            let (code, count) = unsafe received.withUnsafeMutableBytes { room in
                unsafe handle.receive(UnsafeMutableRawBufferPointer(rebasing: room[start...]))
            }
            received.removeLast(Self.readLength - (code == CURLE_OK ? count : 0))
            guard code == CURLE_OK, count > 0 else {
                hasMore = false
                noteRead(code)
                break
            }
        }
        return received.count > before
    }

    /// Reading has come to an end, for now or for good.
    private func noteRead(_ code: CURLcode) {
        guard case .open = phase, code != CURLE_AGAIN else { return }
        if code == CURLE_OK { phase = .ended(.closed) } else { end(code) }
    }

    /// Sends as much as goes; whether anything went.
    private func write() -> Bool {
        guard case .open = phase else { return false }
        return unsafe queue.drain { piece in
            let (code, count) = unsafe handle.send(piece)
            if code != CURLE_OK && code != CURLE_AGAIN { end(code) }
            return code == CURLE_OK && count > 0 ? count : nil
        }
    }
}
