import Foundation
import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// The real Keystone and both real log APIs; what arrived is always read from their Kafka.
@Suite("Monasca itself", .serialized, .enabled(if: MonascaServices.areThere))
struct RealMonascaTests {
    private let scratch: ScratchDirectory
    /// A word that no other test has in its messages.
    private let word = "w" + UUID().uuidString.lowercased().prefix(8)

    init() throws { scratch = try ScratchDirectory() }

    /// Events with the messages `word 0`, `word 1`, …
    private func events(_ range: Range<Int>, more: String = "") -> [String] {
        range.map {
            #"{"@timestamp":"2026-11-22T17:22:07.000Z","message":"\#(word) \#($0)","#
                + #""log":{"level":"info"},"event":{"id":"\#(word)-\#($0)"}\#(more)}"#
        }
    }

    private func take(_ sink: MonascaSink, _ events: [String]) { sink.take(EventBatch.of(events), route: 1) }

    /// The numbers that have arrived, sorted: the topic has several partitions, which keep no order among each other.
    private func numbers(_ version: MonascaServices.Version, atLeast count: Int) throws -> [Int] {
        try MonascaServices.arrived(version, word, atLeast: count).compactMap { message in
            message["log"]?["message"]?.text.flatMap { Int($0.split(separator: " ").last ?? "") }
        }.sorted()
    }

    private func failure(_ sink: MonascaSink) -> SinkFailure? {
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error
        }
    }

    /// Commits until all is taken, as a runner does but without its pauses.
    private func commitAtLast(_ sink: MonascaSink) -> [String] {
        var failures: [String] = []
        while failures.count < 20, let failure = failure(sink) { failures.append(failure.description) }
        return failures
    }

    @Test("A request of N events arrives as N", arguments: MonascaServices.Version.allCases, [1, 2, 100])
    func exactly(version: MonascaServices.Version, count: Int) throws {
        let sink = try MonascaServices.sink(try MonascaServices.options(version), in: scratch)
        take(sink, events(0..<count))
        try sink.commit()
        #expect(try numbers(version, atLeast: count) == Array(0..<count))
        #expect(sink.tally.handedOver == (version == .v2 ? UInt64(count) : 0))
    }

    @Test(
        "The event travels whole, with its dimensions, its own time and its id",
        arguments: MonascaServices.Version.allCases)
    func content(version: MonascaServices.Version) throws {
        let sink = try MonascaServices.sink(try MonascaServices.options(version), in: scratch)
        take(sink, events(0..<1, more: #","host":{"name":"c1"},"event.dataset":"openstack.nova","process":{"pid":7}"#))
        try sink.commit()
        let log = try #require(try MonascaServices.arrived(version, word, atLeast: 1).first?["log"])
        #expect(log["dimensions"]?["hostname"]?.text == "c1")
        #expect(log["dimensions"]?["service"]?.text == "nova")
        #expect(log["dimensions"]?["log_level"]?.text == "info")
        #expect(log["dimensions"]?["region"]?.text == "RegionOne")
        #expect(log["@timestamp"]?.text == "2026-11-22T17:22:07.000Z")
        #expect(log["event"]?["id"]?.text == "\(word)-0")
        #expect(log["process"]?["pid"]?.text == "7")
    }

    @Test("What the API throws away in silence is made good before", arguments: MonascaServices.Version.allCases)
    func traps(version: MonascaServices.Version) throws {
        var options = try MonascaServices.options(version)
        options.eventDimensions = [
            EventDimension(name: Dimension.cleaned(name: "_a (b)"), field: "a"), EventDimension(name: "n", field: "n"),
            EventDimension(name: "grün", field: "g"), EventDimension(name: "none", field: "no.field"),
        ]
        let sink = try MonascaServices.sink(options, in: scratch)
        let long = String(repeating: "😀", count: 300)
        let event = { (number: Int, more: String) in #"{"message":"\#(word) \#(number)"\#(more)}"# }
        take(
            sink,
            [
                event(0, ""), event(1, #","a":"\#(long)","n":12,"g":"x\ny""#), event(2, #","a":"""#),
                event(3, #","openstack":{"extra":{"x":1e999}}"#),
                #"{"message":"\#(word) \#(String(repeating: "ü", count: 700_000)) 4"}"#,
                event(5, #","a":{"b":1},"n":[1]"#), event(6, ""),
            ])
        try sink.commit()
        let found = try MonascaServices.arrived(version, word, atLeast: 7).compactMap { $0["log"] }
        #expect(found.count == 7)
        let dimensions = try #require(found.first { $0["n"]?.text == "12" }?["dimensions"])
        #expect(dimensions["a__b_"]?.text?.unicodeScalars.count == 255)
        #expect(dimensions["n"]?.text == "12")
        #expect(dimensions["grün"]?.text == "x\ny")
        #expect(found.contains { $0["openstack"]?["extra"]?["x"] == .string("1e999") })
        #expect(found.contains { $0["truncated_bytes"] != nil })
    }

    @Test(
        "An element that is no JSON is found, put aside, and the others arrive in order",
        arguments: MonascaServices.Version.allCases)
    func poisoned(version: MonascaServices.Version) throws {
        let sink = try MonascaServices.sink(try MonascaServices.options(version), in: scratch)
        var events = events(0..<9)
        events[4] = #"{"message":"\#(word) bad","x":nonsense}"#
        take(sink, events)
        try sink.commit()
        #expect(try numbers(version, atLeast: 8) == [0, 1, 2, 3, 5, 6, 7, 8])
        #expect(sink.tally.deadLettered == 1)
        let letters = try String(contentsOfFile: "\(scratch.path)/dead-letters/monasca.jsonl", encoding: .utf8)
        #expect(letters.contains("\(word) bad"))
    }

    @Test("A request above the API's size is made smaller until it fits", arguments: MonascaServices.Version.allCases)
    func tooLarge(version: MonascaServices.Version) throws {
        var options = try MonascaServices.options(version)
        options.requestBytes = 3 << 20
        let sink = try MonascaServices.sink(options, in: scratch)
        take(sink, events(0..<20, more: #","x":"\#(String(repeating: "x", count: 100_000))""#))
        // The API may close the connection before its 413 is read.
        #expect(commitAtLast(sink).allSatisfy { $0.contains("cannot be reached") })
        #expect(try numbers(version, atLeast: 20) == Array(0..<20))
        #expect(sink.tally.deadLettered == 0)
    }

    @Test("The catalog's address serves, with each way to be let in")
    func catalog() throws {
        var keystone = try MonascaServices.keystone()
        keystone.catalog = ServiceCatalog.Query(types: ["logs", "logging"])
        let sink = try MonascaServices.sink(catalogOptions(keystone), in: scratch)
        take(sink, events(0..<1))
        try sink.commit()

        let secret = try MonascaServices.required("KEYSTONE_APPCRED_SECRET")
        let id = try MonascaServices.required("KEYSTONE_APPCRED_ID")
        keystone.identity = KeystoneIdentity(.applicationCredential(id: id, try Secret(reading: { secret })))
        let other = try MonascaServices.sink(catalogOptions(keystone), in: scratch)
        take(other, events(1..<2))
        try other.commit()
        #expect(try numbers(.v2, atLeast: 2) == [0, 1])
    }

    private func catalogOptions(_ keystone: KeystoneSettings) -> MonascaOptions {
        var options = MonascaOptions(keystone: keystone)
        options.transport.proxy = ""
        return options
    }

    @Test(
        "A missing role and a wrong password hold the sink with a way out", arguments: MonascaServices.Version.allCases)
    func refused(version: MonascaServices.Version) throws {
        let noRole = try MonascaServices.keystone(user: "KEYSTONE_NOROLE_USER")
        let sink = try MonascaServices.sink(
            try MonascaServices.options(version, keystone: noRole), in: scratch)
        take(sink, events(0..<1))
        #expect(failure(sink)?.description.contains("Forbidden") == true)
        #expect(failure(sink)?.description.contains("monasca-agent") == true)
        let wrong = try MonascaServices.sink(
            try MonascaServices.options(version, keystone: try MonascaServices.keystone(password: "wrong")), in: scratch
        )
        take(wrong, events(1..<2))
        #expect(failure(wrong)?.description.contains("answers 401") == true)
    }

    @Test("Another project: v2.0 asks for no role, v3.0 does", arguments: MonascaServices.Version.allCases)
    func crossTenant(version: MonascaServices.Version) throws {
        let other = try MonascaServices.required("KEYSTONE_OTHER_PROJECT_ID")
        var options = try MonascaServices.options(version)
        options.crossTenant = .field("openstack.project.id")
        let sink = try MonascaServices.sink(options, in: scratch)
        let event = events(0..<1, more: #","openstack":{"project":{"id":"\#(other)"}}"#)
        take(sink, event)
        if version == .v3 {
            #expect(failure(sink)?.description.contains("403 (Permission denied") == true)
            options.keystone = try MonascaServices.keystone(user: "KEYSTONE_DELEGATE_USER")
            let delegate = try MonascaServices.sink(options, in: scratch)
            take(delegate, event)
            try delegate.commit()
        } else {
            try sink.commit()
        }
        let arrived = try #require(try MonascaServices.arrived(version, word, atLeast: 1).first)
        #expect(arrived["meta"]?["tenantId"]?.text == other)
    }

    @Test("A revoked token is replaced in mid-run", arguments: MonascaServices.Version.allCases)
    func tokens(version: MonascaServices.Version) throws {
        let watch = try Intermediary(try MonascaServices.required("KEYSTONE_URL").replacing("/v3", with: ""))
        let options = try MonascaServices.options(version, keystone: try MonascaServices.keystone(at: watch.url))
        let sink = try MonascaServices.sink(options, in: scratch)
        take(sink, events(0..<1))
        try sink.commit()
        try revoke(try #require(watch.tokens.last))
        take(sink, events(1..<2))
        try sink.commit()
        #expect(try numbers(version, atLeast: 2) == [0, 1])
        #expect(sink.tally.sent == 2 || watch.tokens.count == 2, "\(watch.tokens.count) tokens")
    }

    @Test(
        "A token that has expired unseen is replaced", .enabled(if: MonascaServices.tokensEndSoon),
        arguments: MonascaServices.Version.allCases)
    func expired(version: MonascaServices.Version) throws {
        let watch = try Intermediary(try MonascaServices.required("KEYSTONE_URL").replacing("/v3", with: ""))
        let options = try MonascaServices.options(version, keystone: try MonascaServices.keystone(at: watch.url))
        // By this clock the token would hold for ever.
        let sink = try MonascaServices.sink(options, in: scratch, clock: FakeClock(now: 0))
        take(sink, events(0..<1))
        try sink.commit()
        let first = try #require(watch.tokens.last)
        while try MonascaServices.isGood(first) {}
        take(sink, events(1..<2))
        try sink.commit()
        #expect(try numbers(version, atLeast: 2) == [0, 1])
        #expect(watch.tokens.count == 2)
    }

    private func revoke(_ token: String) throws {
        let url = try MonascaServices.required("KEYSTONE_URL")
        let host = url.replacing("http://", with: "").replacing("/v3", with: "")
        let socket = try StreamSocket.connected(to: try SocketAddress(host), milliseconds: 5_000)
        let lines = [
            "DELETE /v3/auth/tokens HTTP/1.1", "Host: \(host)", "X-Auth-Token: \(token)", "X-Subject-Token: \(token)",
        ]
        let request = Array((lines + ["Connection: close", "", ""]).joined(separator: "\r\n").utf8)
        guard case .moved(request.count) = socket.write(request, from: 0) else { throw TransportFailure.interrupted }
        var answer: [UInt8] = []
        var entries = [PollEntry(socket.descriptor, .input)]
        _ = PollEntry.wait(for: &entries, milliseconds: 10_000)
        _ = socket.read(1_024, onto: &answer)
        try #require(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 204"))
    }

    @Test("Keystone out of reach, and back", arguments: MonascaServices.Version.allCases)
    func keystoneDown(version: MonascaServices.Version) throws {
        let keystone = try Intermediary(try MonascaServices.required("KEYSTONE_URL").replacing("/v3", with: ""))
        keystone.set([.cutBefore, .refusing(503), .cutAfter])
        let options = try MonascaServices.options(version, keystone: try MonascaServices.keystone(at: keystone.url))
        let sink = try MonascaServices.sink(options, in: scratch)
        take(sink, events(0..<3))
        let failures = commitAtLast(sink)
        #expect(failures.count == 3)
        #expect(failures.allSatisfy { $0.contains("Keystone at \(keystone.url)") })
        #expect(try numbers(version, atLeast: 3) == [0, 1, 2])
        #expect(sink.tally.sent == 3)
    }

    @Test(
        "The API out of reach, and back: nothing is lost, and doubled is only what was on its way",
        arguments: MonascaServices.Version.allCases)
    func apiDown(version: MonascaServices.Version) throws {
        let api = try Intermediary(try MonascaServices.root(version))
        var options = try MonascaServices.options(version, through: api.url)
        options.requestEvents = 10
        options.transport.timeout = .seconds(5)
        let sink = try MonascaServices.sink(options, in: scratch)
        take(sink, events(0..<30))
        api.set([.cutBefore, .refusing(503), .passing, .cutAfter, .silentAfter, .passing])
        let failures = commitAtLast(sink)
        #expect(failures.count == 4, "\(failures)")
        let found = try numbers(version, atLeast: 50)
        #expect(Set(found) == Set(0..<30))
        // The second ten came three times: cut, unheard, and at last.
        #expect(found.count == 50)
        #expect(Dictionary(grouping: found, by: { $0 }).filter { $0.value.count > 1 }.keys.sorted() == Array(10..<20))
        #expect(sink.tally.resent == 10 + 10 + 20, "The first ten after the cut and the 503 too, which brought nothing")
    }

    @Test(
        "v3.0 waits while its Kafka is down, v2.0 says it has the events and keeps them in memory",
        arguments: MonascaServices.Version.allCases)
    func kafkaDown(version: MonascaServices.Version) throws {
        let sink = try MonascaServices.sink(try MonascaServices.options(version), in: scratch)
        take(sink, events(0..<5))
        try MonascaServices.kafka("/down?broker=1")
        defer { try? MonascaServices.kafka("/up?broker=1") }
        let first = failure(sink)
        try MonascaServices.kafka("/up?broker=1")
        if version == .v3 {
            #expect(first?.description.contains("answers 503") == true)
            _ = commitAtLast(sink)
            #expect(sink.tally.resent >= 5)
        } else {
            #expect(first == nil)
            #expect(sink.tally.handedOver == 5)
        }
        #expect(Set(try numbers(version, atLeast: 5)) == Set(0..<5))
    }
}
