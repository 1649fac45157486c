import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// A spool without room: who pays, and how it is counted.
@Suite struct DiskSpoolFullTests {
    private func spool(_ policies: [WhenFull], _ files: any FileSystem = PosixFileSystem()) throws -> DiskSpoolRun {
        let run = try DiskSpoolRun(files) { options in
            options.segmentLimit = 1_000
            options.maxBytes = 10_000
        }
        run.attach(
            policies.enumerated().map { at, policy in
                SpoolSink(name: ["a", "b", "c"][at], route: 1 << UInt64(at), digest: [1], whenFull: policy)
            })
        return run
    }

    /// Appends events until the spool is full or there are this many; returns how many there are.
    private func fill(_ run: DiskSpoolRun, upTo limit: Int = 200, each: () -> Void = {}) -> Int {
        for number in 1...limit {
            if run.spool.isFull { run.spool.synchronize() }
            if run.spool.isFull { return number - 1 }
            run.spool.append(delivery(["\(number) \(String(repeating: "x", count: 200))"], to: Int64(number)))
            each()
        }
        return limit
    }

    private func dropped(_ run: DiskSpoolRun, _ sink: String) -> UInt64 {
        run.spool.backlogs()[sink]?.dropped["spool_full"] ?? 0
    }

    @Test func whoBlocksLosesNothingAndInputsWait() throws {
        let run = try spool([.block, .dropOldest])
        let count = fill(run) { _ = run.texts(of: "b", acknowledging: true) }
        #expect(count < 60)
        #expect(run.texts(of: "a").count == count)
        #expect(run.spool.backlogs()["a"]?.dropped == [:])
    }

    /// The keeper waits for the disk meanwhile, and makes room in the same round.
    @Test func aReaderThatFindsNoRoomDuringARoundIsWokenByIt() throws {
        let files = ScriptedFileSystem()
        let scratch = try ScratchDirectory()
        let clock = FakeClock(now: 0)
        let calls = Monitor(0)
        var options = DiskSpoolOptions()
        (options.minFree, options.segmentLimit, options.maxBytes) = (0, 1_000, 10_000)
        let spool = try DiskSpool(
            DataDirectory("\(scratch.path)/data", in: files), options: options, clock: clock,
            diagnostics: Messages().diagnostics(clock), roomCameUp: { calls.change { $0 += 1 } })
        let sink = SpoolSink(name: "a", route: 1, digest: [1], whenFull: .dropOldest)
        spool.follow([sink])
        _ = spool.attach(sink)
        spool.append(delivery([String(repeating: "x", count: 200)], to: 1))
        #expect(!spool.isFull)
        let appended = Monitor(1)
        files.follow { call in
            guard call.operation == .synchronize, appended.withLock({ $0 == 1 }) else { return .made }
            while !spool.isFull {
                let number = appended.withLock { number in
                    number += 1
                    return number
                }
                spool.append(delivery([String(repeating: "x", count: 200)], to: Int64(number)))
            }
            return .made
        }
        for _ in 0..<3 { spool.synchronize() }
        #expect(appended.withLock { $0 } > 10 && !spool.isFull)
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func withAutoTheOneThatIsBehindPaysAndTheOtherGetsEverything() throws {
        let run = try spool([.auto, .auto])
        var got = 0
        let count = fill(run) { got += run.texts(of: "b", acknowledging: true).count }
        #expect(count == 200)
        #expect(got == 200)
        let lost = dropped(run, "a")
        #expect(lost > 100)
        #expect(run.texts(of: "a", acknowledging: true).count == 200 - Int(lost))
        #expect(run.spool.backlogs()["b"]?.dropped == [:])
        #expect(run.spool.status().bytes <= 10_000)
    }

    @Test func withAutoNobodyLosesWhatNobodyHasDelivered() throws {
        let run = try spool([.auto, .auto])
        let count = fill(run)
        #expect(count < 60)
        #expect(dropped(run, "a") == 0)
        #expect(dropped(run, "b") == 0)
        // As soon as one goes on, so do the inputs.
        _ = run.texts(of: "b", acknowledging: true)
        run.spool.synchronize()
        #expect(!run.spool.isFull)
        #expect(dropped(run, "a") > 0)
    }

    @Test func dropOldestLosesThoughNobodyHasDelivered() throws {
        let run = try spool([.dropOldest])
        #expect(fill(run) == 200)
        let lost = dropped(run, "a")
        let left = run.texts(of: "a")
        #expect(left.count == 200 - Int(lost))
        #expect(left.last?.hasPrefix("200 ") == true)
    }

    @Test func theLossIsDurableBeforeTheEventsAreGone() throws {
        let run = try spool([.dropOldest])
        _ = fill(run)
        let lost = dropped(run, "a")
        try run.reopen()
        run.attach([SpoolSink(name: "a", route: 1, digest: [1], whenFull: .dropOldest)])
        #expect(dropped(run, "a") == lost)
        #expect(run.texts(of: "a").count == 200 - Int(lost))
    }

    @Test func whatIsInFlightIsAskedBackBeforeItIsDropped() throws {
        let run = try spool([.dropOldest])
        run.spool.append(delivery(["first"], to: 1))
        let item = try #require(run.spool.next(for: "a", until: 0))
        let count = fill(run)
        #expect(count < 60)
        #expect(run.spool.wantsBack(from: "a"))
        // Its answer comes after all: it is delivered, not lost.
        run.spool.acknowledge(sink: "a", through: item.index, state: [])
        run.spool.synchronize()
        #expect(!run.spool.isFull)
        #expect(run.spool.backlogs()["a"]?.delivered == 1)
        #expect(run.spool.wantsBack(from: "a") == false || dropped(run, "a") > 0)
    }

    @Test func aSinkThatGivesBackWhatItHasLosesItAtOnce() throws {
        let run = try spool([.dropOldest])
        run.spool.append(delivery(["first"], to: 1))
        _ = run.spool.next(for: "a", until: 0)
        _ = fill(run)
        #expect(run.spool.isFull)
        run.attach([SpoolSink(name: "a", route: 1, digest: [1], whenFull: .dropOldest)])
        #expect(!run.spool.isFull)
        #expect(dropped(run, "a") > 0)
        #expect(!run.spool.wantsBack(from: "a"))
    }

    @Test func aSinkThatIsGoneLosesBeforeTheInputsWait() throws {
        let run = try spool([.auto, .auto])
        run.spool.detach(sink: "a")
        #expect(fill(run) { _ = run.texts(of: "b", acknowledging: true) } == 200)
        #expect(dropped(run, "a") > 0)
    }

    @Test func whenSomethingElseFillsTheDiskInputsWaitAndNobodyLoses() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files) { $0.minFree = 1_000 }
        run.attach([SpoolSink(name: "a", route: 1), SpoolSink(name: "b", route: 2)])
        files.follow { $0.operation == .freeBytes ? .free(999) : .made }
        run.spool.append(delivery(["one"], to: 1))
        _ = run.texts(of: "b", acknowledging: true)
        run.spool.synchronize()
        #expect(run.spool.isFull)
        #expect(run.spool.status().reason == "less than min_free, 1000, is free on its disk")
        files.follow { $0.operation == .freeBytes ? .free(1_000) : .made }
        run.spool.synchronize()
        #expect(!run.spool.isFull)
        #expect(run.texts(of: "a") == ["one"])
    }

    @Test func whenSomethingElseFillsTheDiskDropOldestDeletes() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files) { options in
            options.minFree = 1_000
            options.segmentLimit = 1
        }
        run.attach([SpoolSink(name: "a", route: 1, whenFull: .dropOldest)])
        files.follow { $0.operation == .freeBytes ? .free(999) : .made }
        for number in 1...4 { run.spool.append(delivery(["\(number)"], to: Int64(number))) }
        run.spool.synchronize()
        #expect(run.segments.count == 1)
        #expect(dropped(run, "a") == 3)
        #expect(run.texts(of: "a") == ["4"])
    }
}
