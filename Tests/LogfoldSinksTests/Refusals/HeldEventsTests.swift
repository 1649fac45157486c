import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("Held events")
struct HeldEventsTests {
    @Test("are on the disk before they are acknowledged, and are there after a crash")
    func survive() throws {
        let run = try RefusalsRun()
        run.hold(1, 2)
        run.hold(3, status: 403, reason: "blocked")
        let state = try run.commit()
        try run.restart(state)
        let summary = run.refusals.held
        #expect(summary.events == 3)
        #expect(summary.reasons == [.init("404 no such index", events: 2), .init("403 blocked", events: 1)])
        #expect(summary.since == run.clock.now)
        #expect(run.retry { _ in .delivered } == [1, 2, 3])
        #expect(run.refusals.held == HeldSummary())
        #expect(run.held == [#"{"dead_lettered":0}"#], "what is delivered does not stay on the disk")
    }

    @Test("of a commit that a crash has undone are taken back, since their events come again")
    func takenBack() throws {
        let run = try RefusalsRun()
        run.hold(1)
        let state = try run.commit()
        run.hold(2, 3)
        try run.commit()
        try run.restart(state)
        #expect(run.retry { _ in .delivered } == [1])
    }

    @Test("stay where the sink's own state is lost, and none of a later commit is taken for one of an earlier")
    func stateLost() throws {
        let run = try RefusalsRun()
        for number in 1...3 {
            run.hold(number)
            try run.commit()
        }
        try run.restart(nil)
        let state = run.refusals.state
        run.hold(4)
        try run.commit()
        try run.restart(state)
        #expect(run.retry { _ in .refused } == [1, 2, 3])
    }

    @Test("that are settled stay so after a crash, whatever the state was")
    func settled() throws {
        let run = try RefusalsRun()
        run.hold(1, 2, 3)
        let state = try run.commit()
        run.retry { $0 == 2 ? .delivered : .refused }
        try run.restart(state)
        #expect(run.retry { _ in .refused } == [1, 3])
    }

    @Test("are tried in turns, and for as long as some of them are taken")
    func turns() throws {
        let run = try RefusalsRun()
        run.hold(1, 2, 3, 4, 5)
        try run.commit()
        #expect(run.retry(events: 2) { _ in .refused } == [1, 2])
        #expect(run.retry(events: 2) { _ in .refused } == [3, 4])
        #expect(run.retry(events: 2) { _ in .delivered } == [5, 1, 2, 3, 4])
    }

    @Test("are tried again after pauses that grow, and at once after a start")
    func pauses() throws {
        let run = try RefusalsRun()
        run.hold(1)
        let state = try run.commit()
        var pauses: [Int64] = []
        for _ in 0..<12 {
            pauses.append((run.refusals.nextTry ?? 0) - run.clock.monotonic)
            run.retry { _ in .refused }
        }
        #expect(pauses[0] <= 1_000_000_000 && pauses[0] >= 500_000_000)
        #expect(pauses[11] >= 150_000_000_000 && pauses[11] <= 300_000_000_000)
        try run.restart(state)
        #expect(run.refusals.nextTry == run.clock.monotonic)
    }

    @Test("become dead letters where they are refused for good, or after max_hold with the reason they were held for")
    func dead() throws {
        let run = try RefusalsRun { $0.maxHold = .seconds(60) }
        run.hold(1, 2)
        let state = try run.commit()
        run.retry { $0 == 1 ? .rejected(status: 400, reason: "it is bad") : .refused }
        #expect(run.letterNumbers == [1])
        run.clock.advance(milliseconds: 60_000)
        run.retry { _ in .notTried }
        #expect(run.letterNumbers == [1], "who cannot be reached has refused nothing")
        run.retry { _ in .refused }
        #expect(run.letterNumbers == [1, 2])
        #expect(run.letters[1].contains(#""status":404,"reason":"held for too long: no such index""#))
        #expect(run.refusals.deadLettered == 2)
        try run.restart(state)
        #expect(run.refusals.deadLettered == 2)
        #expect(run.letterNumbers == [1, 2], "letters of held events belong to no commit")
        #expect(run.refusals.held.events == 0)
    }

    @Test("hold the sink at their bound, and let it go on when there is room again")
    func bound() throws {
        let run = try RefusalsRun { $0.heldBytes = 400 }
        run.hold(1, 2)
        try run.commit()
        run.hold(3)
        let failure = #expect(throws: SinkFailure.self) { try run.refusals.save() }
        #expect(failure?.description.contains("at their bound of 400") == true)
        run.retry { $0 == 1 ? .delivered : .refused }
        try run.commit()
        #expect(run.refusals.held.events == 2)
        #expect(run.retry { _ in .refused }.sorted() == [2, 3])
    }

    @Test("are not lost where the disk fails", arguments: [FileSystemError.Operation.write, .synchronize, .open])
    func failingDisk(operation: FileSystemError.Operation) throws {
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(operation, 1, 28)]
        let run = try RefusalsRun(files: FaultyFileSystem(faults))
        run.hold(1)
        #expect(throws: SinkFailure.self) { try run.refusals.save() }
        #expect(run.held.isEmpty)
        let state = try run.commit()
        try run.restart(state)
        #expect(run.retry { _ in .delivered } == [1])
    }

    @Test("A line that a crash has cut is taken off, and one that is damaged is said")
    func torn() throws {
        let run = try RefusalsRun()
        run.hold(1, 2, 3)
        let state = try run.commit()
        var lines = run.held
        lines[1] = "\u{0}\u{0}\u{0}"
        try run.scratch.write((lines.joined(separator: "\n") + "\n" + #"{"@timest"#).utf8, to: "held/s.jsonl")
        try run.restart(state)
        #expect(run.messages.last == "Lines of the held events cannot be read and are lost")
        #expect(run.retry { $0 == 3 ? .delivered : .refused } == [1, 3])
        try run.restart(state)
        #expect(run.retry { _ in .refused } == [1])
    }
}

@Suite("Dead letters after a crash")
struct DeadLetterCrashTests {
    @Test("are taken back where their events come again, so that none is there twice")
    func takenBack() throws {
        let run = try RefusalsRun()
        run.reject(1)
        let state = try run.commit()
        run.reject(2)
        try run.commit()
        run.reject(3)
        try run.refusals.save()
        #expect(run.letterNumbers == [1, 2, 3])
        try run.restart(state)
        #expect(run.letterNumbers == [1])
        #expect(run.refusals.deadLettered == 1)
        run.reject(2)
        try run.commit()
        #expect(run.letterNumbers == [1, 2])
    }

    @Test("of which somebody has moved the file away are taken back from the new one only")
    func moved() throws {
        let run = try RefusalsRun()
        run.reject(1)
        let state = try run.commit()
        try PosixFileSystem().rename("\(run.scratch.path)/dead-letters/s.jsonl", to: "\(run.scratch.path)/old.jsonl")
        run.reject(2)
        try run.commit()
        try run.restart(state)
        #expect(run.letterNumbers == [])
    }

    @Test("stay where nobody knows what was acknowledged")
    func unknown() throws {
        let run = try RefusalsRun()
        run.reject(1, 2)
        try run.commit()
        try run.restart(nil)
        #expect(run.letterNumbers == [1, 2])
    }
}
