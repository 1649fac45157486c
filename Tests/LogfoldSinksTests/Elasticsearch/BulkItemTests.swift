import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("Elasticsearch sink: what is answered for each event")
struct BulkItemTests {
    @Test("Only events that are refused for now are sent again; those refused for good are dead letters")
    func mixed() throws {
        var answers = [[201, 409, 400, 429, 503], [201, 409]]
        let run = try BulkSinkRun { _ in TransportAnswer.bulk(answers.removeFirst()) }
        run.take(5)
        let failure = try #require(run.commit())
        #expect(failure.description == "2 of 5 events are refused for now: 503 type_503: why 503")
        #expect(failure.retryAfter == nil)
        #expect(run.sink.deadline != nil)
        #expect(run.commit() == nil)
        #expect(run.transport.calls[1].events == [3, 4].map(BulkSinkRun.event))
        #expect(
            run.letters == [
                #"{"@timestamp":"2026-11-22T17:22:07.000Z","sink":"elastic","status":400,"#
                    + #""reason":"type_400: why 400","commit":1,"event":\#(BulkSinkRun.event(2))}"#
            ])
        let tally = run.sink.tally
        #expect(tally.sent == 7)
        #expect(tally.deadLettered == 1)
        #expect(tally.foundAtFirst == 1)
        #expect(tally.repeated == 1, "A 503 may have stored it")
    }

    @Test("Events whose index is missing or blocked are held while the rest goes on, and sent again later")
    func held() throws {
        var answers = [[201, 403, 404, 201, 400], [404, 201], [409]]
        let run = try BulkSinkRun { _ in TransportAnswer.bulk(answers.removeFirst()) }
        run.take(5)
        #expect(run.commit() == nil)
        #expect(run.sink.deadline == nil, "nothing keeps the cursor")
        #expect(run.letters.count == 1)
        #expect(run.sink.held.events == 2)
        #expect(
            run.sink.held.reasons == [
                .init("403 type_403: why 403", events: 1), .init("404 type_404: why 404", events: 1),
            ])
        run.sink.retryHeld()
        #expect(run.transport.calls[1].events == [1, 2].map(BulkSinkRun.event))
        #expect(run.sink.held.reasons == [.init("403 type_403: why 403", events: 1)])
        run.sink.retryHeld()
        #expect(run.transport.calls[2].events == [1].map(BulkSinkRun.event))
        #expect(run.sink.held == HeldSummary())
        #expect(run.sink.nextHeldTry == nil)
        #expect(run.sink.tally.sent == 8)
        #expect(run.sink.tally.repeated == 1)
    }

    @Test(
        "Where all events are refused it is the sink that is held, until the server takes one",
        arguments: [401, 403, 404])
    func allRefused(status: Int) throws {
        let run = try BulkSinkRun { call in
            TransportAnswer.bulk(call.events.map { $0 == BulkSinkRun.event(2) ? 201 : status })
        }
        run.take(2)
        let failure = try #require(run.commit())
        #expect(failure.description.hasPrefix("2 of 2 events are refused for now: \(status) "))
        #expect(failure.retryAfter == .seconds(30), "somebody has to do something about it")
        #expect(run.sink.held.events == 0)
        run.take([BulkSinkRun.event(2)])
        #expect(run.commit() == nil)
        #expect(run.sink.held.events == 2)
    }

    @Test("An index that is blocked for want of disk is waited for, though its status is that of a busy server")
    func blockedIndex() {
        let answer = BulkAnswer.Exception(number: 0, status: 429, type: "cluster_block_exception")
        #expect(BulkVerdict(answer) == .refusedForNow(isHeld: true, mayBeStored: false))
    }

    @Test(
        "Each status means one thing",
        arguments: [
            (200, .stored), (201, .stored), (409, .alreadyThere),
            (400, .refusedForGood), (405, .refusedForGood), (413, .refusedForGood), (422, .refusedForGood),
            (408, .refusedForNow(isHeld: false, mayBeStored: false)),
            (429, .refusedForNow(isHeld: false, mayBeStored: false)),
            (401, .refusedForNow(isHeld: true, mayBeStored: false)),
            (403, .refusedForNow(isHeld: true, mayBeStored: false)),
            (404, .refusedForNow(isHeld: true, mayBeStored: false)),
            (500, .refusedForNow(isHeld: false, mayBeStored: true)),
            (503, .refusedForNow(isHeld: false, mayBeStored: true)),
            (302, .refusedForNow(isHeld: false, mayBeStored: true)),
        ] as [(Int, BulkVerdict)])
    func verdicts(status: Int, expected: BulkVerdict) {
        #expect(BulkVerdict(BulkAnswer.Exception(number: 0, status: status)) == expected)
    }

    @Test("A closed index is waited for, though its status is that of a bad event")
    func closedIndex() {
        let answer = BulkAnswer.Exception(number: 0, status: 400, type: "index_closed_exception")
        #expect(BulkVerdict(answer) == .refusedForNow(isHeld: true, mayBeStored: false))
    }

    @Test(
        "A cluster that may have no more shards is waited for, whatever it calls that",
        arguments: ["illegal_argument_exception", "validation_exception"])
    func noMoreShards(type: String) {
        let reason =
            "Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000]"
            + " maximum normal shards open;"
        let answer = BulkAnswer.Exception(number: 0, status: 400, type: type, reason: reason)
        #expect(BulkVerdict(answer) == .refusedForNow(isHeld: true, mayBeStored: false))
    }

    @Test("What is there already after a lost answer is a repeat; at the first sending it is said")
    func repeats() throws {
        var outcomes: [ScriptedTransport.Outcome] = [
            .failure(TransportFailure(.cut, "empty reply")), TransportAnswer.bulk([409, 201]),
            TransportAnswer.bulk([409]),
        ]
        let run = try BulkSinkRun { _ in outcomes.removeFirst() }
        run.take(2)
        #expect(run.commit()?.description == "http://es1:9200 cannot be reached: empty reply")
        #expect(run.commit() == nil)
        #expect(run.sink.tally.repeated == 1)
        #expect(run.sink.tally.foundAtFirst == 0)
        #expect(run.reports.isEmpty)
        run.take([BulkSinkRun.event(9)])
        #expect(run.commit() == nil)
        #expect(run.sink.tally.foundAtFirst == 1)
        #expect(run.reports.count == 1)
    }

    @Test("What a server puts into its failure store is stored, and counted")
    func failureStore() throws {
        let body =
            #"{"items":[{"create":{"status":201,"failure_store":"used"}},{"create":{"failure_store":"not_applicable_or_unknown","status":201}}]}"#
        let run = try BulkSinkRun { _ in .success(TransportAnswer(status: 200, body: Array(body.utf8))) }
        run.take(2)
        #expect(run.commit() == nil)
        #expect(run.sink.tally.failureStored == 1)
    }

    @Test(
        "An answer that is none of _bulk delivers nothing",
        arguments: [
            "", "OK", "[]", "{}", #"{"items":[{"create":{"status":201}}"#, #"{"items":[{"create":{"status":201}}]}"#,
            #"{"items":[{"create":{"status":201}},{"create":{}}]}"#,
            #"{"items":[{"create":{"status":201}},{"create":{"status":201}},{"create":{"status":201}}]}"#,
            "<html>proxy</html>",
        ])
    func malformed(body: String) throws {
        var isFirst = true
        let run = try BulkSinkRun { call in
            defer { isFirst = false }
            return isFirst
                ? .success(TransportAnswer(status: 200, body: Array(body.utf8))) : TransportAnswer.bulk([409, 409])
        }
        run.take(2)
        let failure = try #require(run.commit())
        #expect(failure.description.hasPrefix("http://es1:9200 gives an answer that is none of _bulk"))
        #expect(run.commit() == nil)
        #expect(run.sink.tally.repeated == 2, "Nobody knew whether they were stored")
    }

    @Test(
        "An error is read whatever its form",
        arguments: [
            (#"{"error":{"type":"a","reason":"b"}}"#, "a: b"), (#"{"error":"text"}"#, "text"),
            (#"{"status":400,"error":{"reason":"b","root_cause":[{"type":"x"}],"type":"a"}}"#, "a: b"),
            (
                #"{"error":{"type":"a","reason":"b","caused_by":{"type":"c","reason":"d","caused_by":{"reason":"e"}}}}"#,
                "a: b: d: e"
            ),
            (#"{"error":{"caused_by":{"reason":"d"},"type":"a","reason":"b"}}"#, "a: b: d"),
            (#"{"error":null}"#, ""), (#"{"error":{"type":"a"#, nil), ("<html>", nil), ("{}", nil),
        ] as [(String, String?)])
    func errors(body: String, expected: String?) {
        #expect(ServerError(body: Array(body.utf8))?.text == expected)
    }
}

@Suite("Elasticsearch sink: dead letters")
struct DeadLetterTests {
    @Test("A dead letter is on the disk before its event is acknowledged, and the sink holds where it cannot be")
    func failingDisk() throws {
        for operation in [FileSystemError.Operation.write, .synchronize, .open, .makeDirectory] {
            var faults = FaultyFileSystem.Faults()
            faults.errors = [(operation, 1, 28)]
            let run = try BulkSinkRun(files: FaultyFileSystem(faults)) { _ in TransportAnswer.bulk([400, 201]) }
            run.take(2)
            let failure = try #require(run.commit(), "\(operation)")
            #expect(failure.description.hasPrefix("dead letters cannot be written, and are not dropped"))
            #expect(run.letters.isEmpty)
            #expect(run.commit() == nil)
            #expect(run.letters.count == 1)
            #expect(run.transport.calls.count == 1, "The events themselves are through")
        }
    }

    @Test("At its bound the file holds the sink, until somebody has moved it away")
    func bound() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.refusals.deadLetterBytes = 250 }) { call in
            TransportAnswer.bulk(call.events.map { _ in 400 })
        }
        run.take(1)
        #expect(run.commit() == nil)
        run.take([BulkSinkRun.event(1)])
        let failure = try #require(run.commit())
        #expect(failure.description.contains("at their bound of 250"))
        #expect(failure.description.contains("dead_letters.max_bytes"))
        #expect(run.letters.count == 1)
        try PosixFileSystem().rename(
            "\(run.scratch.path)/dead-letters/elastic.jsonl", to: "\(run.scratch.path)/old.jsonl")
        #expect(run.commit() == nil)
        #expect(run.letters.count == 1)
        #expect(run.letters[0].contains(#""message":"1""#))
    }

    @Test("An empty file takes what one answer has refused, though that is more than its bound")
    func moreThanTheBound() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.refusals.deadLetterBytes = 250 }) { call in
            TransportAnswer.bulk(call.events.map { _ in 400 })
        }
        run.take(3)
        #expect(run.commit() == nil)
        #expect(run.letters.count == 3)
        run.take([BulkSinkRun.event(3)])
        #expect(run.commit()?.description.contains("at their bound of 250") == true)
    }

    @Test("A line that a crash has cut does not spoil the next")
    func torn() throws {
        let run = try BulkSinkRun { _ in TransportAnswer.bulk([400]) }
        try run.scratch.write(#"{"torn":"#.utf8, to: "dead-letters/elastic.jsonl")
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.letters.count == 2)
        #expect(run.letters[0] == #"{"torn":"#)
        #expect(JSONValue(run.letters[1]) != nil)
    }
}
