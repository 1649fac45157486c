import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// What sinks get from a disk spool, and what outlives the process.
@Suite struct DiskSpoolTests {
    private let both = [SpoolSink(name: "a", route: 0b01), SpoolSink(name: "b", route: 0b10)]

    @Test func everySinkGetsItsEventsInOrder() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.append(delivery(["one", "two"], to: 10, routes: [0b01, 0b11]))
        run.spool.append(delivery(["three"], to: 20, routes: [0b10]))
        #expect(run.texts(of: "a") == ["one", "two"])
        #expect(run.texts(of: "b") == ["two", "three"])
    }

    @Test(arguments: [false, true])
    func whatWasNotAcknowledgedComesAgainFromTheDisk(isCompressed: Bool) throws {
        let run = try DiskSpoolRun { $0.isCompressed = isCompressed }
        run.attach(both)
        let long = String(repeating: "a long line ", count: 100)
        for number in 1...3 { run.spool.append(delivery(["\(number) \(long)"], to: Int64(number * 10))) }
        let first = try #require(run.spool.next(for: "a", until: 0))
        run.spool.acknowledge(sink: "a", through: first.index, state: [7])
        run.spool.synchronize()
        try run.reopen()
        #expect(run.spool.attach(both[0]) == [7])
        run.attach(both)
        #expect(run.texts(of: "a") == ["2 \(long)", "3 \(long)"])
        #expect(run.texts(of: "b") == ["1 \(long)", "2 \(long)", "3 \(long)"])
    }

    @Test(arguments: [false, true])
    func thePlacesOfIdsAreReadBack(isCompressed: Bool) throws {
        let run = try DiskSpoolRun { $0.isCompressed = isCompressed }
        run.attach(both)
        let texts = (0..<3).map { #"{"event":{"id":"\#(String(repeating: "\($0)", count: 32))"}}"# }
        var events = EventBatch()
        for (text, id) in zip(texts, [16, 0, 16] as [UInt32]) { events.append(text, id: id) }
        run.spool.append(Delivery(batch: events.finish(), checkpoints: [checkpoint(1, 10)]))
        try run.reopen()
        run.attach(both)
        let batch = try #require(run.spool.next(for: "a", until: 0)?.delivery.batch)
        #expect(batch.entries.map(\.id) == [16, 0, 16])
        #expect(batch.texts(routedTo: 0b01) == texts)
    }

    @Test func anAcknowledgementIsNotSavedBeyondWhatAnFsyncHasBroughtToTheDisk() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.append(delivery(["one"], to: 10))
        _ = run.texts(of: "a", acknowledging: true)
        #expect(try positions(run) == [0, 0])
        run.spool.synchronize()
        #expect(try positions(run) == [1, 0])
    }

    @Test func readingGoesOnAtTheLatestPositionOfEverySource() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.introduce(checkpoint(1, 0))
        run.spool.introduce(checkpoint(2, 700))
        run.spool.append(delivery(["one"], key: 1, to: 10))
        run.spool.append(Delivery(batch: nil, checkpoints: [checkpoint(1, 15)]))
        #expect(run.spool.newKey() == 3)
        try run.reopen()
        let sources = run.spool.restore([("a", 0b01), ("b", 0b10)])
        #expect(sources.map(\.checkpoint) == [checkpoint(1, 15), checkpoint(2, 700)])
        #expect(sources.map(\.resume.delivered.count) == [1, 1])
        #expect(run.spool.newKey() == 3)
    }

    @Test func aForgottenSourceIsGone() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.append(delivery(["one"], to: 10))
        run.spool.append(Delivery(batch: nil, checkpoints: [], forgotten: [1]))
        try run.reopen()
        #expect(run.spool.restore([("a", 1)]).isEmpty)
    }

    @Test func segmentsGoWhenEverySinkIsPastThem() throws {
        let run = try DiskSpoolRun { $0.segmentLimit = 1 }
        run.attach(both)
        for number in 1...4 { run.spool.append(delivery(["event \(number)"], to: Int64(number * 10))) }
        #expect(run.segments.count == 4)
        _ = run.texts(of: "a", acknowledging: true)
        run.spool.synchronize()
        #expect(run.segments.count == 4)
        _ = run.texts(of: "b", acknowledging: true)
        run.spool.synchronize()
        #expect(run.segments == ["segment-0000000000000004.log"])
        // The newest one is enough to go on.
        try run.reopen()
        #expect(run.spool.restore([("a", 1)]).map(\.checkpoint.position.offset) == [40])
        #expect(["a", "b"].map(run.account) == Array(repeating: "0 wait, 4 delivered, 0 lost", count: 2))
    }

    @Test func aSinkThatKeepsUpNeverReadsTheDisk() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach(both)
        files.follow { call in call.operation == .read ? .failed(5) : .made }
        for number in 1...5 { run.spool.append(delivery(["\(number)"], to: Int64(number))) }
        #expect(run.texts(of: "a", acknowledging: true) == ["1", "2", "3", "4", "5"])
    }

    @Test func aSinkThatLagsLetsItsEventsGoAndReadsThemLater() throws {
        let run = try DiskSpoolRun { $0.memory = 2_000 }
        run.attach(both)
        let texts = (1...20).map { "event \($0) \(String(repeating: "x", count: 300))" }
        for (at, text) in texts.enumerated() {
            run.spool.append(delivery([text], to: Int64(at)))
            run.spool.synchronize()
            #expect(!run.spool.isFull)
        }
        #expect(run.spool.contents.withLock { $0.weight } <= 2_000)
        #expect(run.texts(of: "a") == texts)
    }

    @Test func whatIsNotYetSafeIsHeldInMemoryAndTheReaderWaitsForIt() throws {
        let run = try DiskSpoolRun { $0.memory = 2_000 }
        run.attach(both)
        for number in 1...10 { run.spool.append(delivery([String(repeating: "x", count: 300)], to: Int64(number))) }
        #expect(run.spool.isFull)
        run.spool.synchronize()
        #expect(!run.spool.isFull)
    }

    @Test func eventsAreAcknowledgedOutOfOrderAlsoOverARestart() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.append(delivery(["0", "1", "2"], to: 10))
        run.spool.append(delivery(["3", "4"], to: 20))
        #expect(run.texts(of: "a") == ["0", "1", "2", "3", "4"])
        run.spool.acknowledge(sink: "a", events: [1..<2], state: [1])
        run.spool.acknowledge(sink: "a", events: [3..<5], state: [2])
        #expect(run.account(of: "a") == "2 wait, 3 delivered, 0 lost")
        run.spool.synchronize()
        try run.reopen()
        run.attach(both)
        #expect(run.account(of: "a") == "2 wait, 3 delivered, 0 lost")
        #expect(run.texts(of: "a", acknowledging: true) == ["0", "2"])
        #expect(run.account(of: "a") == "0 wait, 5 delivered, 0 lost")
    }

    @Test func aNewSinkBeginsAtTheNewestOrTheOldest() throws {
        let run = try DiskSpoolRun()
        run.attach([both[0]])
        run.spool.append(delivery(["one"], to: 10))
        let newest = SpoolSink(name: "newest", route: 0b10)
        let oldest = SpoolSink(name: "oldest", route: 0b100, startsAtOldest: true)
        run.attach([both[0], newest, oldest])
        run.spool.append(delivery(["two"], to: 20))
        #expect(run.texts(of: "newest") == ["two"])
        #expect(run.texts(of: "oldest") == ["one", "two"])
    }

    @Test func aSinkThatTakesOtherEventsThanBeforeDecidesOnWhatIsThere() throws {
        let run = try DiskSpoolRun { $0.memory = 1 }
        run.attach([SpoolSink(name: "a", route: 1, digest: [1])])
        run.spool.append(delivery(["apple", "banana", "avocado"], to: 10, routes: [0, 1, 0]))
        run.spool.synchronize()
        let changed = SpoolSink(name: "a", route: 1, digest: [2]) {
            { line, input in input == "logs" && line.unsafeLoad(as: UInt8.self) == UInt8(ascii: "a") }
        }
        run.attach([changed])
        run.spool.append(delivery(["almond"], to: 20))
        #expect(run.texts(of: "a", acknowledging: true) == ["apple", "avocado", "almond"])
        #expect(run.account(of: "a") == "0 wait, 3 delivered, 0 lost")
    }

    @Test func aSinkThatIsGoneKeepsItsCursorAndWhatWaitsForIt() throws {
        let run = try DiskSpoolRun { $0.segmentLimit = 1 }
        run.attach(both)
        run.spool.append(delivery(["one"], to: 10))
        run.spool.detach(sink: "b")
        run.spool.follow([both[0]])
        run.spool.append(delivery(["two"], to: 20))
        _ = run.texts(of: "a", acknowledging: true)
        run.spool.synchronize()
        try run.reopen()
        run.attach(both)
        #expect(run.texts(of: "b") == ["one", "two"])
    }

    @Test func aClosedSpoolIsExhaustedOnceEverythingWasHandedOut() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.append(delivery(["one"], to: 10))
        run.spool.close()
        #expect(!run.spool.isExhausted(for: "a"))
        #expect(run.texts(of: "a") == ["one"])
        #expect(run.spool.isExhausted(for: "a"))
    }

    @Test func aSinkWhoseStateIsNotedGoesBackToItAfterACrash() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.note(state: [4, 2], of: "a")
        try run.reopen()
        #expect(run.spool.attach(both[0]) == [4, 2])
    }

    @Test func inANewSpoolNothingWaitsForTheDiskAndAKillLosesNoCursor() throws {
        let files = FaultyFileSystem(.init())
        let run = try DiskSpoolRun(files)
        run.attach(both)
        run.spool.note(state: [4, 2], of: "a")
        run.spool.append(delivery(["one"], to: 10))
        #expect(run.texts(of: "a", acknowledging: true) == ["one"])
        #expect(files.calls(of: .synchronize) == 0)
        try run.reopen()
        // "b" was there before the event was written, so it has a right to it.
        run.attach(both)
        #expect(run.spool.attach(both[0]) == [4, 2])
        #expect(run.texts(of: "b") == ["one"])
    }

    @Test func whereThePowerFailsBeforeTheFirstRoundOfANewSpoolEverySinkGetsWhatIsThere() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach(both)
        run.spool.append(delivery(["one"], to: 10))
        // The kernel happened to write the segment out, and not the cursors.
        try files.losePower(over: run.path("cursors"))
        try run.reopen()
        run.attach(both)
        #expect(run.texts(of: "a") == ["one"])
        #expect(run.texts(of: "b") == ["one"])
    }

    @Test func theFirstRoundBringsTheCursorsOfANewSpoolToTheDisk() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach(both)
        run.spool.note(state: [4, 2], of: "a")
        run.spool.synchronize()
        try files.losePower(over: run.path("cursors"))
        try run.reopen()
        #expect(run.spool.attach(both[0]) == [4, 2])
    }

    @Test func aRoundThatComesEarlyLeavesTheCursorsForTheNextOne() throws {
        let run = try DiskSpoolRun()
        run.attach(both)
        run.spool.synchronize()
        run.spool.append(delivery(["one"], to: 10))
        #expect(run.texts(of: "a", acknowledging: true) == ["one"])
        let due = run.clock.monotonic + run.options.syncInterval
        run.spool.synchronize(withCursors: false)
        #expect(try positions(run) == [0, 0])
        // It is not forgotten.
        #expect(run.spool.contents.withLock { $0.changedSince.map { $0 + run.options.syncInterval } } == due)
        run.spool.synchronize()
        #expect(try positions(run) == [1, 0])
    }

    /// The positions in the cursors' file.
    private func positions(_ run: DiskSpoolRun) throws -> [UInt64] {
        try CursorFile.decode(try OpenFile(run.path("cursors"), in: run.files).readAll(limit: 9_999)).map(\.position)
    }

    @Test func theThreadOfTheSpoolIsWokenOnlyForWhatIsDueEarlierThanItKnows() throws {
        let run = try DiskSpoolRun { $0.syncBytes = 10_000 }
        run.attach(both)
        run.spool.synchronize()
        // As the thread does before it waits.
        run.spool.contents.withLock { $0.expected = .max }
        var rung: [Bool] = []
        for text in ["the first change since the round", "no news", String(repeating: "urgent", count: 2_000)] {
            run.spool.append(delivery([text], to: 10))
            rung.append(run.spool.alarm.withLock { $0.isRung })
            run.spool.alarm.withLock { $0.isRung = false }
        }
        #expect(rung == [true, false, true])
    }
}
