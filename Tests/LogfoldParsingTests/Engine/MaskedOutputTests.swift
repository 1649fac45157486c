import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Secrets in what is written: in every copy, once and twice.
@Suite struct MaskedOutputTests {
    private static let head = "2026-11-22 10:00:00.001 11 INFO nova.a [-] "

    @Test(
        "masking twice changes nothing, whatever the text holds",
        arguments: [
            "adm password = ", "token = authentication.get(x)", "{\"password\": \"a\\\"b\", \"k\": 1}",
            "password='h\u{1}\u{e9}\u{4f53}x' y",
            "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\nrest",
        ])
    func maskedTwice(text: String) {
        var options = EngineOptions()
        options.timeZone = .utc
        let once = EngineOutput(Array((Self.head + text + "\n").utf8), options: options).lines
        #expect(EngineOutput(once, options: options).lines == once)
        // And masking what was written without masks gives what masking at once gives.
        options.isRedacting = false
        let bare = EngineOutput(Array((Self.head + text + "\n").utf8), options: options).lines
        options.isRedacting = true
        #expect(EngineOutput(bare, options: options).lines == once)
    }

    @Test("a secret in a request's URL is masked in its field too")
    func masksTheURL() throws {
        let log =
            "2026-11-22 10:00:00.001 11 INFO nova.osapi_compute.wsgi.server [-] 10.0.0.1 "
            + "\"GET /v2.1/x?password=hunter22&y=1 HTTP/1.1\" status: 200 len: 12 time: 0.5\n"
        let output = EngineOutput(Array(log.utf8), options: EngineOptions())
        #expect(!String(decoding: output.lines, as: UTF8.self).contains("hunter22"))
        #expect(output.events.first?["url.original"] == "/v2.1/x?password=***&y=1")
    }

    @Test("secrets are masked in every copy of the text")
    func masks() throws {
        let prefix = "2026-11-22 10:00:00.001 11 ERROR nova.a "
        let log =
            prefix + "[-] cannot connect: ValueError: mysql://nova:hunter22@db/nova\n" + prefix
            + "Traceback (most recent call last):\n" + prefix + "ValueError: mysql://nova:hunter22@db/nova\n"
        var options = EngineOptions()
        options.keepsOriginal = true
        let output = EngineOutput(Array(log.utf8), options: options)
        #expect(!String(decoding: output.lines, as: UTF8.self).contains("hunter22"))
        let event = try #require(output.events.first)
        #expect(event["error.message"] == "mysql://nova:***@db/nova")
        #expect(event["event.original"] == String(log.dropLast()).replacing("hunter22", with: "***"))
        #expect(output.counts.redacted == 1)
    }
}
