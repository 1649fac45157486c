import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Synchronization

/// Stands between a sink and a real server, and does to requests and answers what networks do.
final class Intermediary: Sendable {
    /// What becomes of a request.
    enum Mode: Sendable {
        /// It is passed on, and so is the answer.
        case passing
        /// The connection is cut before the server has seen it.
        case cutBefore
        /// The server has answered, and the connection is cut.
        case cutAfter
        /// The server has answered, and nobody hears of it.
        case silentAfter
        /// It is refused in the server's stead.
        case refusing(Int)
    }

    private let plan = Plan()
    private let server: ScriptedServer

    private final class Plan: Sendable {
        private let modes = Mutex<(next: [Mode], then: Mode)>(([], .passing))
        let tokens = Mutex<[String]>([])

        func set(_ next: [Mode], then: Mode) { modes.withLock { $0 = (next, then) } }
        func take() -> Mode { modes.withLock { $0.next.isEmpty ? $0.then : $0.next.removeFirst() } }
    }

    /// The tokens that a Keystone behind it has given out.
    var tokens: [String] { plan.tokens.withLock { $0 } }

    /// Its own address.
    var url: String { server.url }

    /// One in front of the server at this address, which has no path.
    init(_ target: String) throws {
        let plan = plan
        server = try ScriptedServer { request in
            let reply = Self.reply(request, target, plan.take())
            if case .answer(_, let headers, _) = reply {
                let tokens = headers.filter { $0.hasPrefix("x-subject-token: ") }.map { String($0.dropFirst(17)) }
                plan.tokens.withLock { $0 += tokens }
            }
            return reply
        }
    }

    /// What becomes of the next requests in turn, and of all after them.
    func set(_ next: [Mode], then: Mode = .passing) { plan.set(next, then: then) }

    private static func reply(
        _ request: ScriptedServer.Request, _ target: String, _ mode: Mode
    ) -> ScriptedServer.Reply {
        switch mode {
        case .refusing(let status): return .answer(status, body: "")
        case .cutBefore: return .close
        case .passing: return answer(request, target)
        case .cutAfter:
            _ = answer(request, target)
            return .close
        case .silentAfter:
            _ = answer(request, target)
            return .silence
        }
    }

    private static func answer(_ request: ScriptedServer.Request, _ target: String) -> ScriptedServer.Reply {
        var settings = TransportSettings()
        settings.proxy = ""
        guard let transport = CurlTransport(settings, clock: SystemClock()) else { return .close }
        let path = request.line.split(separator: " ")[1]
        let own = ["host", "content-length", "connection", "accept-encoding"]
        transport.start(
            TransportRequest(
                .post, target + path,
                headers: request.headers.filter { !own.contains($0.key) }.map { (name: $0.key, value: $0.value) },
                body: request.body), number: 0)
        guard let answer = try? transport.next(until: nil)?.outcome.get() else { return .close }
        let headers = answer.headers.filter { !["content-length", "connection"].contains($0.key) }
        return .answer(
            answer.status, headers: headers.map { "\($0.key): \($0.value)" },
            body: String(decoding: answer.body, as: UTF8.self))
    }
}
