package import LogfoldIO

/// Asks an agent's ``ControlServer`` for a page; waits for the answer, but not for ever.
package enum ControlClient {
    /// What came back.
    package struct Answer: Sendable, Equatable {
        /// The status code.
        package var code: Int
        /// The body.
        package var body: [UInt8]
    }

    /// Why there is no answer.
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// No connection.
        case socket(SocketError)
        /// A connection, but no answer in time.
        case silence(SocketAddress)
        /// Something else than logfold listens there.
        case noHTTP(SocketAddress)

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .socket(let error): error.description
            case .silence(let address): "\(address) takes the connection but does not answer"
            case .noHTTP(let address): "what listens on \(address) does not speak HTTP as logfold does"
            }
        }
    }

    /// No page is longer: 500 files need about 100 KiB.
    private static let maxBytes = 64 << 20

    /// The page at a path.
    package static func get(
        _ path: String, from address: SocketAddress, milliseconds: Int32 = 5_000, clock: any Clock = SystemClock()
    ) throws(Failure) -> Answer {
        let deadline = clock.monotonic + Int64(milliseconds) * 1_000_000
        let socket: StreamSocket
        do throws(SocketError) {
            socket = try .connected(to: address, milliseconds: milliseconds)
        } catch {
            throw .socket(error)
        }
        let host = if case .unix = address { "localhost" } else { "\(address)" }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
        var sent = 0
        while sent < request.count {
            switch socket.write(request, from: sent) {
            case .moved(let count): sent += count
            case .wouldBlock: try wait(for: .output, socket, address, until: deadline, clock)
            case .ended: throw .noHTTP(address)
            }
        }
        let bytes = try readAll(socket, address, until: deadline, clock)
        guard let answer = Answer(reading: bytes) else { throw .noHTTP(address) }
        return answer
    }

    private static func readAll(
        _ socket: StreamSocket, _ address: SocketAddress, until deadline: Int64, _ clock: any Clock
    ) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < maxBytes {
            switch socket.read(65_536, onto: &bytes) {
            case .moved: continue
            case .wouldBlock: try wait(for: .input, socket, address, until: deadline, clock)
            case .ended: return bytes
            }
        }
        throw .noHTTP(address)
    }

    private static func wait(
        for readiness: Readiness, _ socket: StreamSocket, _ address: SocketAddress, until deadline: Int64,
        _ clock: any Clock
    ) throws(Failure) {
        let left = Int32(clamping: (deadline - clock.monotonic) / 1_000_000)
        guard left > 0 else { throw .silence(address) }
        var entries = [PollEntry(socket.descriptor, readiness)]
        _ = PollEntry.wait(for: &entries, milliseconds: left)
    }
}

extension ControlClient.Answer {
    /// An answer as it came; nil where it is none, or where the body is shorter than it says.
    init?(reading bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]) else { return nil }
        let length = lines.dropFirst().compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].drop { $0 == " " })
        }.first
        let body = Array(bytes[end.upperBound...])
        guard length.map({ $0 == body.count }) ?? true else { return nil }
        self.init(code: code, body: body)
    }
}
