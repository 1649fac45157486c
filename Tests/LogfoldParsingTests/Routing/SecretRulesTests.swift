import LogfoldParsing
import LogfoldTestSupport
import Testing

/// The operator's own keys and patterns.
@Suite struct SecretRulesTests {
    private static func masked(
        _ text: String, keys: [String] = [], patterns: [String] = [], _ change: (inout EngineOptions) -> Void = { _ in }
    ) throws -> PlannedRun {
        let plan = RoutePlan(.redact(try SecretRules(keys: keys, patterns: patterns)))
        return PlannedRun(Array(text.utf8), plan, change)
    }

    @Test(arguments: [
        ("vault_pin=1234 x", "vault_pin=*** x"),
        ("vault-pin=abc", "vault-pin=***"),
        ("VAULT_PIN: abc, x", "VAULT_PIN: ***, x"),
        ("{'vault_pin': 'a b', 'x': 1}", "{'vault_pin': '***', 'x': 1}"),
        ("{\"vault_pin\": \"a b\", \"x\": 1}", "{\"vault_pin\": \"***\", \"x\": 1}"),
        ("{\"vault_pin\": 12, \"x\": 1}", "{\"vault_pin\": ***, \"x\": 1}"),
        ("{\"vault_pin\": {\"a\": \"b\"}, \"x\": 1}", "{\"vault_pin\": ***, \"x\": 1}"),
        ("{\\\"vault_pin\\\": \\\"a\\\"}", "{\\\"vault_pin\\\": \\\"***\\\"}"),
        ("vault_pin=[1, 2] x", "vault_pin=*** x"),
        ("<vault_pin>a b</vault_pin>", "<vault_pin>***</vault_pin>"),
        ("cmd --vault-pin abc x", "cmd --vault-pin *** x"),
        ("cmd --vault-pin=abc x", "cmd --vault-pin=*** x"),
        ("('vault_pin', 'abc')", "('vault_pin', '***')"),
        ("/x?vault_pin=abc&y=1", "/x?vault_pin=***&y=1"),
        ("a\\nvault_pin=abc", "a\\nvault_pin=***"),
        // Other words, and nothing to hide.
        ("my_vault_pin=abc vault_pins=abc", "my_vault_pin=abc vault_pins=abc"),
        ("the vault_pin is wrong", "the vault_pin is wrong"),
        ("vault_pin=***", "vault_pin=***"),
        ("vault_pin = x", "vault_pin = ***"),
        ("vault_pin", "vault_pin"),
        ("vault_pin=", "vault_pin="),
    ])
    func theValueOfAKeyIsMasked(_ text: String, _ expected: String) throws {
        let run = try Self.masked("2026-11-22 16:59:18.001 1 INFO x [-] \(text)\n", keys: ["other", "vault_pin"])
        #expect(run.messages == [expected])
        #expect(run.counts?.transforms == [text == expected ? 0 : 1])
        #expect(run.engineCounts.redacted == (text == expected ? 0 : 1))
    }

    @Test(arguments: [
        ("card 4111-1111-1111-1111 paid", #"\b\d{4}(-\d{4}){3}\b"#, "card *** paid"),
        ("mail bob@example.org, ann@example.org", #"[\w.]+@example\.org"#, "mail ***, ***"),
        ("ticket ABC-123 of bob", #"ticket \K\S+"#, "ticket *** of bob"),
        ("ticket ABC-123 of bob", #"(?<=ticket )\S+(?= of)"#, "ticket *** of bob"),
        ("aaa", "a", "***"),
        ("abc", "x*", "abc"),
        ("abc", "(?=b)", "abc"),
        ("straße 5", "ß", "stra***e 5"),
        ("say \"a\" and \\ b", #""a" and \\"#, "say *** b"),
    ])
    func whatAPatternMatchesIsMasked(_ text: String, _ pattern: String, _ expected: String) throws {
        let run = try Self.masked("2026-11-22 16:59:18.001 1 INFO x [-] \(text)\n", patterns: [pattern])
        #expect(run.messages == [expected])
    }

    /// A request and a failure that have the same secrets in every place an event can have them.
    private static let canaryLog = """
        2026-11-22 16:59:18.001 1 ERROR nova.api [None req-cf402d0e-decf-4f00-aa55-0552c08067cc CANARY-user p1 - - - -] \
        failed vault_pin=CANARY-key with <CANARY-pattern>: ValueError: pin CANARY-context
        2026-11-22 16:59:18.001 1 ERROR nova.api Traceback (most recent call last):
        2026-11-22 16:59:18.001 1 ERROR nova.api   File "/x.py", line 1, in f
        2026-11-22 16:59:18.001 1 ERROR nova.api     call()
        2026-11-22 16:59:18.001 1 ERROR nova.api ValueError: pin CANARY-context
        2026-11-22 16:59:18.001 1 ERROR nova.api
        2026-11-22 16:59:18.002 1 INFO nova.osapi_compute.wsgi.server [-] 10.1.2.3 "GET /v2?vault_pin=CANARY-key \
        HTTP/1.1" status: 200 len: 12 time: 0.5

        """

    private static let canaryPatterns = ["CANARY-user", "(?<=<).*?(?=>)", #"10\.1\.2\.3"#, #"ValueError: pin \K\S+"#]

    @Test(arguments: [true, false])
    func aSecretLeavesNoCopyInAnyShape(_ keepsOriginal: Bool) throws {
        let run = try Self.masked(Self.canaryLog, keys: ["vault_pin"], patterns: Self.canaryPatterns) {
            $0.keepsOriginal = keepsOriginal
        }
        #expect(run.events.count == 2)
        for shape in Shape.allCases {
            var writer = ShapeWriter(shape)
            for event in run.events {
                let line = Array(event.line.utf8)
                var output = ByteBuffer()
                let isWritten = line.withSpan { writer.write($0, ByteRange(0, line.count), into: &output) }
                let text = output.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
                #expect(isWritten && !text.isEmpty)
                #expect(!text.contains("CANARY") && !text.contains("10.1.2.3"), "\(shape): \(text)")
            }
        }
        let failure = run.events[0], request = run.events[1]
        #expect(failure["message"] == "failed vault_pin=*** with <***>")
        #expect(failure["error.message"] == "pin ***")
        #expect(failure["error.stack_trace"]?.hasSuffix("ValueError: pin ***") == true)
        #expect(failure["user.name"] == "***")
        #expect(request["url.original"] == "/v2?vault_pin=***")
        // A store holds this one as an address, so it goes.
        #expect(request["client.address"] == "***")
        #expect(request["client.ip"] == nil)
        #expect((failure["event.original"]?.contains("vault_pin=***") == true) == keepsOriginal)
        let validator = try SchemaValidator(
            String(decoding: try Fixtures.bytes("../Config/schema/event.schema.json"), as: UTF8.self))
        for event in run.events { #expect(validator.violations(of: event.line) == []) }
    }

    @Test func aSecretOverLinesIsMaskedInTheOriginalLinesToo() throws {
        let log = """
            2026-11-22 16:59:18.001 1 ERROR nova.api [-] x
            2026-11-22 16:59:18.001 1 ERROR nova.api Traceback (most recent call last):
            2026-11-22 16:59:18.001 1 ERROR nova.api ValueError: BEGIN
            2026-11-22 16:59:18.001 1 ERROR nova.api CANARY-1
            2026-11-22 16:59:18.001 1 ERROR nova.api CANARY-2 END

            """
        let run = try Self.masked(log, patterns: [#"BEGIN\n\KCANARY-1\nCANARY-2"#]) { $0.keepsOriginal = true }
        #expect(run.events.count == 1)
        #expect(run.events[0]["error.stack_trace"]?.hasSuffix("ValueError: BEGIN\n*** END") == true)
        #expect(run.events[0]["event.original"]?.contains("nova.api ***\n2026") == true, "\(run.events)")
        #expect(!run.events[0].line.contains("CANARY"))
    }

    @Test func keysOfStructuredInputAreMaskedWhole() throws {
        let event = #"""
            {"message":"m","levelname":"INFO","created":1.5,"name":"x","extra":{"vault_pin":"a b c","n":{"Vault-Pin":12}},"args":["a b c"]}

            """#
        let run = try Self.masked(event, keys: ["vault_pin"]) { $0.format = .osloJSON }
        #expect(run.events.count == 1)
        let line = try #require(run.events.first?.line)
        #expect(!line.contains("a b c") && !line.contains(":12"))
        #expect(line.contains("***"))
    }

    @Test func whereAnEventWasReadIsLeftAsItIs() throws {
        let plan = RoutePlan(.redact(try SecretRules(keys: [], patterns: [#"\w+"#])))
        let run = PlannedRun(
            Array("2026-11-22 16:59:18.001 1 INFO nova.x [-] a b\n".utf8), plan, service: "nova-api", path: "/var/log/x"
        )
        #expect(run.messages == ["*** ***"])
        let event = try #require(run.events.first)
        #expect(event["@timestamp"] == "2026-11-22T16:59:18.001Z")
        #expect(event["log.level"] == "info" && event["log.logger"] == "nova.x")
        #expect(event["service.name"] == "nova-api" && event["log.file.path"] == "/var/log/x")
        #expect(event["event.dataset"] == "openstack.nova")
        #expect(event["process.pid"] == "1")
    }

    @Test func aTextForWhichAPatternTakesTooLongIsMaskedToItsEnd() throws {
        let text = String(repeating: "a", count: 40) + "!"
        let run = try Self.masked("2026-11-22 16:59:18.001 1 INFO x [-] b \(text)\n", patterns: ["b|(a+)+$"])
        #expect(run.messages == ["***"])
        #expect(run.counts?.limited ?? 0 > 0)
    }

    @Test func anEventOfOurOwnIsMasked() throws {
        let own =
            #"{"@timestamp":"2026-11-22T16:59:18.001Z","client":{"ip":"10.1.2.3"},"message":"a\u0062 \"10.1.2.3\" \ud83d\ude00CANARY\n"}"#
        let run = try Self.masked(own + "\n", patterns: ["CANARY", #"10\.1\.2\.3"#, "^ab"])
        #expect(
            run.events.map(\.line) == [
                #"{"@timestamp":"2026-11-22T16:59:18.001Z","client":{},"message":"*** \"***\" \ud83d\ude00***\n"}"#
            ])
    }

    @Test func stepsSeeWhatIsMaskedBeforeThem() throws {
        let rules = try SecretRules(keys: [], patterns: ["hidden"])
        let drop = RoutePlan.Action.drop(try Condition("message contains 'hidden'"))
        let log = "2026-11-22 16:59:18.001 1 INFO x [-] a hidden b\n"
        #expect(PlannedRun(log, RoutePlan([drop, .redact(rules)])).messages == [])
        #expect(PlannedRun(log, RoutePlan([.redact(rules), drop])).messages == ["a *** b"])
        // Constants that were added before are the operator's own.
        let add = RoutePlan.Action.add(AddedFields(fields: [.init("labels", "l", .text("hidden"))]), when: nil)
        let run = PlannedRun(log, RoutePlan([add, .drop(try Condition("labels.l == 'x'")), .redact(rules)]))
        #expect(run.events.first?.line.hasSuffix(#","labels":{"l":"hidden"}}"#) == true)
        #expect(run.messages == ["a *** b"])
    }

    @Test func aRuleThatCannotBeUsedIsSaid() {
        func failure(_ keys: [String], _ patterns: [String]) -> SecretRules.Failure? {
            do throws(SecretRules.Failure) {
                _ = try SecretRules(keys: keys, patterns: patterns)
                return nil
            } catch { return error }
        }
        #expect(failure(["a", "b c"], []) == .key(1))
        #expect(failure([""], []) == .key(0))
        #expect(failure(["--"], []) == .key(0))
        #expect(failure(["a.b-c_d"], []) == nil)
        #expect(failure([], ["a", "(b"]) == .pattern(1, reason: "missing closing parenthesis", offset: 2))
    }
}
