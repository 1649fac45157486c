import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldTransport

/// A Keystone that gives out tokens `t1`, `t2`, … of a life, while the password is right.
private final class SmallKeystone: Sendable {
    private struct State {
        var password = "right"
        var given = 0
        var isDown = false
    }

    private let state = Mutex(State())
    private let life: Int

    init(life: Int = 100) { self.life = life }

    func change(password: String) { state.withLock { $0.password = password } }
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        state.withLock { state in
            if state.isDown { return .answer(503, headers: ["Retry-After: 7"], body: "down") }
            let isRight = String(decoding: request.body, as: UTF8.self).contains("\"\(state.password)\"")
            guard isRight else {
                let body = #"{"error":{"code":401,"message":"requires authentication","title":"Unauthorized"}}"#
                return .answer(401, body: body)
            }
            state.given += 1
            let catalog =
                #"[{"type":"logs","name":"l","endpoints":[{"interface":"public","region":"R","url":"http://m:5607/v3.0"}]}]"#
            let (minute, second) = (life / 60, life % 60)
            let expiry = "2026-11-22T10:\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second).000000Z"
            return .answer(
                201, headers: ["X-Subject-Token: t\(state.given)"],
                body:
                    #"{"token":{"expires_at":"\#(expiry)","issued_at":"2026-11-22T10:00:00.000000Z","catalog":\#(catalog)}}"#
            )
        }
    }
}

@Suite("Keystone: tokens")
struct KeystoneSessionTests {
    private let clock = FakeClock(now: 0)

    private func session(_ server: ScriptedServer, password: Secret, credential: Bool = false) throws -> KeystoneSession
    {
        var transport = TransportSettings()
        transport.proxy = ""
        let identity =
            credential
            ? KeystoneIdentity(.applicationCredential(id: "a", password))
            : KeystoneIdentity(.password(user: .id("u"), password), project: .id("p"))
        let settings = KeystoneSettings(
            authURL: try Endpoint(server.url), identity: identity, transport: transport)
        let curl = try #require(CurlTransport(transport, clock: SystemClock()))
        return KeystoneSession(settings, transport: curl, clock: clock)
    }

    private func failure(_ session: KeystoneSession) throws -> SinkFailure {
        do throws(SinkFailure) {
            let token = try session.token()
            Issue.record("There is \(token)")
            return SinkFailure("none")
        } catch {
            return error
        }
    }

    @Test("A token is used for four fifths of its life, and then renewed")
    func renewal() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let session = try session(server, password: try Secret(reading: { "right" }))
        #expect(try session.token().id == "t1")
        clock.advance(milliseconds: 79_999)
        #expect(try session.token().id == "t1")
        clock.advance(milliseconds: 1)
        #expect(try session.token().id == "t2")
        #expect(server.requests.count == 2)
        #expect(server.requests[0].line == "POST /v3/auth/tokens?nocatalog HTTP/1.1")
        #expect(server.requests[0].headers["content-type"] == "application/json")
    }

    @Test("While Keystone is down an old token serves to its end, and Keystone is not asked each time")
    func outage() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let session = try session(server, password: try Secret(reading: { "right" }))
        _ = try session.token()
        keystone.setDown(true)
        clock.advance(milliseconds: 85_000)
        #expect(try session.token().id == "t1")
        #expect(try session.token().id == "t1")
        #expect(server.requests.count == 2)
        clock.advance(milliseconds: 15_000)
        let failure = try failure(session)
        #expect(failure.description.hasSuffix("answers 503"))
        #expect(failure.retryAfter == .seconds(7))
        keystone.setDown(false)
        #expect(try session.token().id == "t2")
    }

    @Test("A token that a service refuses is replaced")
    func discarded() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let session = try session(server, password: try Secret(reading: { "right" }))
        let first = try session.token()
        session.discard(first)
        #expect(try session.token().id == "t2")
        session.discard(first)
        #expect(try session.token().id == "t2", "An old refusal says nothing of the new token")
    }

    @Test("A wrong password is shown four times in twelve minutes and then once an hour: no account is locked")
    func wrongPassword() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let session = try session(server, password: try Secret(reading: { "wrong" }))
        var times: [Int64] = []
        for _ in 0..<(3 * 3_600) {
            let before = server.requests.count
            let failure = try failure(session)
            #expect(failure.description.contains("answers 401 (requires authentication): the user, its secret"))
            if server.requests.count > before { times.append(clock.monotonic / 1_000_000_000) }
            clock.advance(milliseconds: 1_000)
        }
        #expect(times == [0, 15, 75, 675, 4_275, 7_875])
    }

    @Test("An application credential cannot be locked: it is tried every minute")
    func wrongCredential() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let session = try session(server, password: try Secret(reading: { "wrong" }), credential: true)
        for _ in 0..<170 {
            _ = try failure(session)
            clock.advance(milliseconds: 1_000)
        }
        #expect(server.requests.count == 5, "At 0, 5, 20, 50 and 110 seconds")
    }

    @Test("Another password counts at once, also while the old one is not to be shown")
    func correctedPassword() throws {
        let keystone = SmallKeystone()
        let server = try ScriptedServer { keystone.reply($0) }
        let password = Mutex("wrong")
        let session = try session(server, password: try Secret(reading: { password.withLock { $0 } }))
        _ = try failure(session)
        #expect(try failure(session).description.contains("the same is tried again in 15s, another secret at once"))
        #expect(server.requests.count == 1)
        password.withLock { $0 = "right" }
        #expect(try session.token().id == "t1")
        keystone.change(password: "newer")
        session.discard(try session.token())
        password.withLock { $0 = "newer" }
        #expect(try session.token().id == "t2", "Refused, read again and shown in one go")
    }

    @Test("What is no Keystone, and what is nowhere, is said")
    func elsewhere() throws {
        let server = try ScriptedServer { _ in .answer(404, body: "<html>") }
        let session = try session(server, password: try Secret(reading: { "p" }))
        #expect(try failure(session).description.contains("answers 404; look at 'keystone.auth_url'"))
        let other = try ScriptedServer { _ in .answer(201, body: "{}") }
        #expect(
            try failure(try self.session(other, password: try Secret(reading: { "p" }))).description
                .contains("answers 201 without a token"))
        var settings = KeystoneSettings(
            authURL: try Endpoint("http://127.0.0.1:1"),
            identity: KeystoneIdentity(.password(user: .id("u"), try Secret(reading: { "p" }))),
            transport: TransportSettings())
        settings.transport.proxy = ""
        let curl = try #require(CurlTransport(settings.transport, clock: SystemClock()))
        #expect(
            try failure(KeystoneSession(settings, transport: curl, clock: clock)).description
                .hasPrefix("Keystone at http://127.0.0.1:1 cannot be reached: "))
    }

    @Test("A session can be ended from outside while Keystone is silent")
    func interruption() throws {
        let server = try ScriptedServer { _ in .silence }
        let session = try session(server, password: try Secret(reading: { "p" }))
        let end = session.interruption
        let thread = try DedicatedThread("ends") {
            server.waitForRequests(1)
            end()
        }
        #expect(try failure(session).description.contains("ended from outside"))
        thread.join()
    }
}

@Suite("Keystone: the catalog")
struct ServiceCatalogTests {
    /// The services that DevStack registers, with a second region.
    private static let body = #"""
        {"token":{"catalog":[
          {"endpoints":[{"id":"1","interface":"public","region_id":"R1","region":"R1","url":"http://mon/v2.0"}],"type":"monitoring"},
          {"type":"logs","endpoints":[
            {"interface":"public","region":"R1","url":"http://one/v2.0"},
            {"interface":"internal","region":"R1","url":"http://inner/v2.0"},
            {"interface":"public","region":"R2","url":"http://two/v3.0"}]}],
         "expires_at":"2026-11-22T18:23:06.000000Z","issued_at":"2026-11-22T17:23:06.000000Z","extra":[1,{"a":[]}]}}
        """#

    private func find(_ types: [String], _ interface: String = "public", _ region: String? = nil) throws -> String {
        let token = try #require(KeystoneToken(id: "t", body: Array(Self.body.utf8)))
        #expect(token.life == .seconds(3_600))
        var query = ServiceCatalog.Query(types: types)
        (query.interface, query.region) = (interface, region)
        do throws(ServiceCatalog.Missing) {
            return try token.catalog.address(query)
        } catch {
            return error.description
        }
    }

    @Test("An address is found by type, interface and region")
    func found() throws {
        #expect(try find(["logs"], "public", "R2") == "http://two/v3.0")
        #expect(try find(["logs"], "internal") == "http://inner/v2.0")
        #expect(try find(["log-api", "monitoring"]) == "http://mon/v2.0")
    }

    @Test("What is not there is said with what is")
    func missing() throws {
        #expect(
            try find(["logging"])
                == "the catalog has no service of type logging, only logs, monitoring; set 'keystone.service_type', or give 'endpoint'"
        )
        #expect(try find(["logs"]).contains("in the regions R1, R2; choose one by 'keystone.region'"))
        #expect(
            try find(["logs"], "admin", "R2").contains(
                "no admin address of 'logs' in the region R2, only public in R1, internal in R1, public in R2"))
    }

    @Test(
        "What is no token is none",
        arguments: [
            "", "{}", "[]", #"{"token":{}}"#, #"{"token":{"issued_at":"2026-11-22T17:23:06.000000Z","expires_at":""}}"#,
            #"{"token":{"issued_at":"2026-11-22T17:23:06.000000Z","expires_at":"2026-11-22T17:23:06.000000Z"}}"#,
            #"{"token":{"issued_at":"2026-11-22T17:23:06.000000Z","expires_at":"2026-11-22T18:23:06.000000Z""#,
        ])
    func noToken(body: String) {
        #expect(KeystoneToken(id: "t", body: Array(body.utf8)) == nil)
    }
}
