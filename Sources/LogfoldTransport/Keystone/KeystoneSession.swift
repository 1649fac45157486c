import LogfoldConfig
package import LogfoldCore
package import LogfoldIO
import LogfoldParsing

/// Keeps a token of Keystone at hand: asks for it when it is needed, renews it before it expires, and asks no more often
/// than an account can bear.
///
/// Driven by the thread of the sink that owns it. The contract is that of Identity API v3 as Keystone 30 was seen to
/// keep it.
package final class KeystoneSession {
    private let settings: KeystoneSettings
    private let transport: any HTTPTransport
    private let clock: any Clock
    private var held: Held?
    private var refusal: Refusal?

    /// A token with the times of the monotonic clock that matter.
    private struct Held {
        var token: KeystoneToken
        var renewal: Int64
        var expiry: Int64
    }

    /// Keystone has refused what is shown to it.
    private struct Refusal {
        var count = 0
        var nextTry = Int64.min
        var text = ""
    }

    /// The pauses after refusals in succession of one and the same secret, the last of them again and again. Accounts
    /// are locked after some wrong passwords, five or six as a rule, for half an hour: so there are four tries in the
    /// first minutes, and then one an hour, which finds no lock any more.
    static let passwordPauses: [Duration] = [.seconds(15), .seconds(60), .seconds(600), .seconds(3_600)]
    /// The same for application credentials, which cannot be locked.
    static let credentialPauses: [Duration] = [.seconds(5), .seconds(15), .seconds(30), .seconds(60)]
    /// How long a sink waits before it looks again whether the secret is another one.
    private static let secretPause = Duration.seconds(15)
    /// How long a renewal waits that has failed while the token still holds.
    private static let renewalPause = Duration.seconds(10)

    /// A session over this transport, which is its own.
    package init(_ settings: KeystoneSettings, transport: any HTTPTransport, clock: any Clock) {
        self.settings = settings
        self.transport = transport
        self.clock = clock
    }

    /// Ends a request for a token at once, from any thread.
    package var interruption: @Sendable () -> Void { transport.interruption }

    /// A token that holds. Blocking where there is none, or none for much longer.
    package func token() throws(SinkFailure) -> KeystoneToken {
        let now = clock.monotonic
        if let held, now < held.renewal { return held.token }
        do throws(SinkFailure) {
            return try renew()
        } catch {
            guard var held, clock.monotonic < held.expiry else { throw error }
            held.renewal = clock.monotonic + Self.renewalPause.nanoseconds
            self.held = held
            return held.token
        }
    }

    /// Forgets a token that a service has refused: the next ``token()`` is another one.
    package func discard(_ token: KeystoneToken) {
        if held?.token.id == token.id { held = nil }
    }

    /// The address of the service that the catalog of a token names, as a failure where there is none.
    package func address(_ query: ServiceCatalog.Query, by token: KeystoneToken) throws(SinkFailure) -> Endpoint {
        let problem: String
        do {
            return try Endpoint(try token.catalog.address(query))
        } catch let error as Endpoint.Problem {
            problem = "what its catalog has as an address is none: \(error)"
        } catch {
            problem = "\(error)"
        }
        throw SinkFailure("\(settings.authURL) answers, but \(problem)", retryAfter: Self.secretPause)
    }

    private func renew() throws(SinkFailure) -> KeystoneToken {
        try waitOutRefusal()
        let begin = clock.monotonic
        var answer = try ask()
        // The secret may have been changed while the agent runs.
        if answer.status == 401, (try? settings.identity.secret.reload()) == true { answer = try ask() }
        guard answer.status == 201 else { throw failure(answer) }
        guard let token = KeystoneToken(id: answer.headers["x-subject-token"] ?? "", body: answer.body) else {
            throw SinkFailure("\(settings.authURL) answers 201 without a token; is this Keystone's v3?")
        }
        refusal = nil
        let life = token.life.nanoseconds
        // From the time of asking on, by this clock: the two clocks need not agree.
        held = Held(token: token, renewal: begin + life / 5 * 4, expiry: begin + life)
        return token
    }

    /// What Keystone has refused is not shown again before its time, but another secret is at once.
    private func waitOutRefusal() throws(SinkFailure) {
        guard let refusal, clock.monotonic < refusal.nextTry else { return }
        if (try? settings.identity.secret.reload()) == true {
            self.refusal = nil
            return
        }
        let left = Duration.seconds((refusal.nextTry - clock.monotonic + 999_999_999) / 1_000_000_000)
        throw SinkFailure(
            "\(refusal.text); the same is tried again in \(Units.text(duration: left)), another secret at once",
            retryAfter: min(Self.secretPause, left))
    }

    private func ask() throws(SinkFailure) -> TransportAnswer {
        let url = settings.authURL.url + "/v3/auth/tokens" + (settings.catalog == nil ? "?nocatalog" : "")
        transport.start(
            TransportRequest(
                .post, url, headers: [("Content-Type", "application/json")], body: settings.identity.request),
            number: 0)
        guard let result = transport.next(until: nil) else { throw SinkFailure("it was told to stop") }
        do throws(TransportFailure) {
            return try result.outcome.get()
        } catch {
            throw SinkFailure("Keystone at \(settings.authURL) cannot be reached: \(error)")
        }
    }

    private func failure(_ answer: TransportAnswer) -> SinkFailure {
        let text = "Keystone at \(settings.authURL) answers \(answer.status)\(Self.message(answer.body))"
        switch answer.status {
        case 401: return refused(text)
        case 429, 500...:
            let pause = answer.headers["retry-after"].flatMap { RetryAfter.pause($0, now: clock.now) }
            return SinkFailure(text, retryAfter: pause)
        default:
            return SinkFailure(
                "\(text); look at 'keystone.auth_url' and the names of user, project and domains",
                retryAfter: Self.secretPause)
        }
    }

    /// A wrong password, a wrong application credential and a project without a role look the same.
    private func refused(_ text: String) -> SinkFailure {
        let pauses = settings.identity.mayBeLocked ? Self.passwordPauses : Self.credentialPauses
        var refusal = refusal ?? Refusal()
        let pause = pauses[min(refusal.count, pauses.count - 1)]
        refusal.count += 1
        refusal.nextTry = clock.monotonic + pause.nanoseconds
        refusal.text =
            "\(text): the user, its secret or its domain is wrong, or it has no role in the project; correct 'keystone'"
        self.refusal = refusal
        return SinkFailure(refusal.text, retryAfter: min(pause, Self.secretPause))
    }

    /// ` (message)` of `{"error":{"message":…}}`, else nothing.
    private static func message(_ body: [UInt8]) -> String {
        var message = ""
        let isRead = body.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            return reader.readObject(bytes) { key, reader, bytes in
                guard bytes.equal(key, "error") else { return reader.skipValue(bytes) }
                return reader.readObject(bytes) { key, reader, bytes in
                    bytes.equal(key, "message") ? reader.readText(bytes, into: &message) : reader.skipValue(bytes)
                }
            }
        }
        return isRead && !message.isEmpty ? " (\(message.prefix(200)))" : ""
    }
}
