import LogfoldIO
import Synchronization

/// An HTTP server on the loopback that does with each request what a test says, on a thread for each connection.
package final class ScriptedServer: Sendable {
    /// A request as it came.
    package struct Request: Sendable {
        /// Which connection it came on, counted from 0.
        package var connection: Int
        /// The first line: `POST /_bulk HTTP/1.1`.
        package var line: String
        /// By name in lower case.
        package var headers: [String: String]
        /// The body.
        package var body: [UInt8]
    }

    /// What is done with a request.
    package enum Reply: Sendable {
        /// An answer of this status.
        case answer(Int, headers: [String] = [], body: String = "{}")
        /// These bytes as they are, and then the end of the connection.
        case raw(String)
        /// The end of the connection, without a word.
        case close
        /// Nothing: the connection stays open.
        case silence
    }

    private let socket: StreamSocket
    /// `http://127.0.0.1:PORT`.
    package let url: String
    private let script: @Sendable (Request) -> Reply
    private let received = Monitor<[Request]>([])
    private let isOver = Atomic(false)

    /// A server that listens already.
    package init(_ script: @escaping @Sendable (Request) -> Reply) throws {
        let address = try SocketAddress("127.0.0.1:0")
        socket = try StreamSocket.listening(on: address)
        url = "http://127.0.0.1:\(socket.port ?? 0)"
        self.script = script
        let socket = socket
        _ = try DedicatedThread("scripted") { [weak self] in
            var number = 0
            // Looks now and then whether the test still has the server.
            while self?.isEnded == false {
                var entries = [PollEntry(socket.descriptor, .input)]
                guard PollEntry.wait(for: &entries, milliseconds: 100),
                    let connection = try? socket.accept(on: address)
                else { continue }
                let mine = number
                _ = try? DedicatedThread("scripted-\(mine)") { [weak self] in self?.serve(connection, mine) }
                number += 1
            }
        }
    }

    deinit { isOver.store(true, ordering: .relaxed) }

    private var isEnded: Bool { isOver.load(ordering: .relaxed) }

    /// What has come so far.
    package var requests: [Request] { received.withLock { $0 } }

    /// Waits until so many requests have come.
    package func waitForRequests(_ count: Int) { _ = received.wait { $0.count >= count ? true : nil } }

    private func serve(_ connection: StreamSocket, _ number: Int) {
        var bytes: [UInt8] = []
        while let request = Self.request(connection, number, &bytes) {
            received.change { $0.append(request) }
            switch script(request) {
            case .answer(let status, let headers, let body):
                let head = ["HTTP/1.1 \(status) Word", "Content-Length: \(body.utf8.count)"] + headers
                Self.write(head.joined(separator: "\r\n") + "\r\n\r\n" + body, to: connection)
            case .raw(let text):
                Self.write(text, to: connection)
                return
            case .close: return
            case .silence: continue
            }
        }
    }

    /// The next request of a connection; nil at its end.
    private static func request(
        _ connection: StreamSocket, _ number: Int, _ bytes: inout [UInt8]
    ) -> Request? {
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
                var request = Request(connection: number, line: String(lines[0]), headers: [:], body: [])
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    request.headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].dropFirst()) : ""
                }
                let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
                if bytes.count >= end.upperBound + length {
                    request.body = Array(bytes[end.upperBound..<end.upperBound + length])
                    bytes.removeSubrange(..<(end.upperBound + length))
                    return request
                }
            }
            guard read(connection, &bytes) else { return nil }
        }
    }

    private static func read(_ connection: StreamSocket, _ bytes: inout [UInt8]) -> Bool {
        while true {
            switch connection.read(65_536, onto: &bytes) {
            case .moved: return true
            case .ended: return false
            case .wouldBlock:
                var entries = [PollEntry(connection.descriptor, .input)]
                _ = PollEntry.wait(for: &entries, milliseconds: nil)
            }
        }
    }

    private static func write(_ text: String, to connection: StreamSocket) {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            switch connection.write(bytes, from: offset) {
            case .moved(let count): offset += count
            case .ended: return
            case .wouldBlock:
                var entries = [PollEntry(connection.descriptor, .output)]
                _ = PollEntry.wait(for: &entries, milliseconds: nil)
            }
        }
    }
}
