import Foundation
import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// What a spool makes of files that are not as it left them.
@Suite struct DiskSpoolRecoveryTests {
    private let sink = SpoolSink(name: "a", route: 1)

    /// A spool with events `1` to `count`, each a record, brought to the disk.
    private func spool(_ count: Int, _ change: (inout DiskSpoolOptions) -> Void = { _ in }) throws -> DiskSpoolRun {
        let run = try DiskSpoolRun(PosixFileSystem(), change)
        run.attach([sink])
        for number in 1...count { run.spool.append(delivery(["\(number)"], to: Int64(number * 10))) }
        run.spool.synchronize()
        return run
    }

    private func bytes(_ run: DiskSpoolRun, _ name: String) throws -> [UInt8] {
        try OpenFile(run.path(name), in: PosixFileSystem()).readAll(limit: 1 << 24)
    }

    private func replace(_ run: DiskSpoolRun, _ name: String, _ bytes: [UInt8]) throws {
        let file = try OpenFile(run.path(name), for: .replacing, in: PosixFileSystem())
        try file.write(bytes)
    }

    /// Where the records of a segment begin.
    private func offsets(_ bytes: [UInt8]) -> [Int] {
        stride(from: 0, to: bytes.count - 64, by: 8).filter { (try? RecordHeader(bytes, at: $0)) != nil }
    }

    @Test func aTornTailIsCutWhereverItWasTorn() throws {
        let whole = try spool(3)
        let name = "segment-0000000000000001.log"
        let good = try bytes(whole, name)
        let starts = offsets(good)
        #expect(starts.count == 4)
        for length in stride(from: 0, through: good.count, by: 7) {
            let run = try spool(3)
            // As a kill leaves it: the cursor is not past anything.
            try replace(run, name, Array(good[..<length]))
            try run.reopen()
            run.attach([sink])
            let records = (starts.dropFirst(2) + [good.count]).count { $0 <= length }
            #expect(run.texts(of: "a") == (1...3).prefix(records).map { "\($0)" }, "cut at \(length)")
            #expect(
                run.spool.restore([]).map(\.checkpoint.position.offset) == (records > 0 ? [Int64(records * 10)] : []))
            // What follows is read again by the next run too.
            run.spool.append(delivery(["new"], to: 99))
            run.spool.synchronize()
            try run.reopen()
            run.attach([sink])
            #expect(run.texts(of: "a").last == "new", "cut at \(length)")
        }
    }

    @Test func aDamagedRecordInTheMiddleIsSkippedAndItsEventsCounted() throws {
        let run = try spool(3)
        let name = "segment-0000000000000001.log"
        let good = try bytes(run, name)
        let second = offsets(good)[2]
        for at in [second, second + 20, second + 62, second + 70] {
            var bad = good
            bad[at] ^= 0xFF
            try replace(run, name, bad)
            try run.reopen()
            run.attach([sink])
            #expect(run.texts(of: "a") == ["1", "3"], "byte \(at - second)")
            // A later position of the source is there: what the record held is lost, and the figure exact.
            #expect(run.messages.text.contains("are damaged: 1 events are lost"))
        }
        #expect(run.texts(of: "a", acknowledging: true) == [])
        try run.reopen()
        run.attach([sink])
        _ = run.texts(of: "a", acknowledging: true)
        #expect(run.spool.backlogs()["a"]?.dropped == ["spool_damaged": 1])
        #expect(run.spool.backlogs()["a"]?.delivered == 2)
        #expect(run.spool.backlogs()["a"]?.events == 0)
    }

    @Test func aSourceWithoutALaterPositionIsReadAgainAndTheLossIsAnUpperBound() throws {
        let run = try DiskSpoolRun()
        run.attach([sink])
        run.spool.append(delivery(["x1"], key: 1, to: 10))
        run.spool.append(delivery(["y1"], key: 2, to: 10))
        run.spool.append(delivery(["x2"], key: 1, to: 20))
        run.spool.append(delivery(["y2"], key: 2, to: 20))
        run.spool.append(delivery(["x3"], key: 1, to: 30))
        run.spool.synchronize()
        let name = "segment-0000000000000001.log"
        var bad = try bytes(run, name)
        bad[offsets(bad)[4] + 70] ^= 0xFF
        try replace(run, name, bad)
        try run.reopen()
        #expect(run.messages.text.contains("are damaged: at most 1 events are lost"))
        #expect(run.spool.restore([]).map(\.checkpoint.position.offset) == [30, 10])
    }

    @Test func aSegmentThatIsMissingIsNamedAndItsEventsCounted() throws {
        let run = try spool(4) { $0.segmentLimit = 1 }
        try PosixFileSystem().remove(run.path("segment-0000000000000002.log"))
        try run.reopen()
        run.attach([sink])
        #expect(run.messages.text.contains("'segment-0000000000000002.log' is missing"))
        #expect(run.texts(of: "a", acknowledging: true) == ["1", "3", "4"])
        #expect(run.spool.backlogs()["a"]?.dropped == ["spool_damaged": 1])
    }

    @Test func aSegmentThatAKillHasLeftEmptyIsNoLoss() throws {
        let run = try spool(1)
        let next = SegmentName.of((SegmentName.number(in: run.segments.last ?? "") ?? 0) + 1)
        try OpenFile(run.path(next), for: .creating(mode: 0o640), in: run.files).close()
        try run.reopen()
        run.attach([sink])
        run.spool.append(delivery(["after the kill"], to: 500))
        run.spool.synchronize()
        try run.reopen()
        #expect(run.segments.last == next, "its number is given again")
        #expect(!run.messages.text.contains("missing"))
    }

    @Test func aForeignFileIsNamedAndLeftAlone() throws {
        let run = try spool(1)
        try replace(run, "notes.txt", Array("buy milk".utf8))
        try replace(run, "segment-0000000000000007.log", Array(repeating: UInt8(ascii: "x"), count: 5_000))
        try run.reopen()
        #expect(run.messages.text.contains("'notes.txt' is no file of the spool"))
        #expect(run.messages.text.contains("'segment-0000000000000007.log' holds no good record"))
        #expect(try bytes(run, "notes.txt") == Array("buy milk".utf8))
        #expect(try bytes(run, "segment-0000000000000007.log.unusable").count == 5_000)
        run.attach([sink])
        #expect(run.texts(of: "a") == ["1"])
    }

    @Test func aSegmentUnderAnotherNumberIsNotTakenForThatOne() throws {
        let run = try spool(2)
        try PosixFileSystem().rename(
            run.path("segment-0000000000000001.log"), to: run.path("segment-0000000000000003.log"))
        try run.reopen()
        #expect(run.messages.text.contains("'segment-0000000000000003.log' holds no good record"))
    }

    @Test func aLaterVersionIsRefused() throws {
        let run = try spool(1)
        let name = "segment-0000000000000001.log"
        var bytes = try bytes(run, name)
        bytes[8] = 9
        let sum = Checksum.crc32(Array(bytes[..<60]))
        for byte in 0..<4 { bytes[60 + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(byte * 8)) }
        try replace(run, name, bytes)
        let refusal = #expect(throws: SpoolRefusal.self) { try run.reopen() }
        #expect("\(try #require(refusal))".contains("is of version 9, which this logfold does not know"))
    }

    @Test func damagedCursorsAreSetAsideAndEverySinkGetsEverythingAgain() throws {
        let run = try spool(2)
        _ = run.texts(of: "a", acknowledging: true)
        run.spool.synchronize()
        try replace(run, "cursors", Array("half a truth".utf8))
        try run.reopen()
        #expect(run.messages.text.contains("cannot use 'cursors': it is no cursors' file of logfold"))
        run.attach([sink])
        #expect(run.texts(of: "a") == ["1", "2"])
    }

    @Test func everyDamagedByteOfTheCursorsIsNoticed() throws {
        var cursor = StoredCursor(name: "a")
        cursor.position = 300
        cursor.spans = [.init(from: 310, to: 320, events: 4)]
        cursor.dropped = ["spool_full": 7]
        let good = CursorFile.encode([cursor])
        #expect(try CursorFile.decode(good) == [cursor])
        for at in good.indices {
            var bad = good
            bad[at] ^= 0x10
            #expect(throws: SavedFileProblem.self, "byte \(at)") { try CursorFile.decode(bad) }
        }
    }

    @Test func aNumberThatACursorIsPastIsNotGivenAgain() throws {
        let run = try spool(3)
        _ = run.texts(of: "a", acknowledging: true)
        run.spool.synchronize()
        let name = "segment-0000000000000001.log"
        let good = try bytes(run, name)
        try replace(run, name, Array(good[..<offsets(good)[2]]))
        try run.reopen()
        run.attach([sink])
        run.spool.append(delivery(["again"], to: 20))
        #expect(run.spool.next(for: "a", until: 0)?.sequence == 3)
    }

    // MARK: Calls that fail

    @Test func afterAnFsyncThatFailedWhatCameSinceIsInANewSegment() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach([sink])
        run.spool.append(delivery(["1"], to: 10))
        run.spool.synchronize()
        run.spool.append(delivery(["2"], to: 20))
        files.follow { call in
            call.operation == .synchronize && call.path.hasSuffix("1.log") ? .failed(5) : .made
        }
        run.spool.append(delivery(["3"], to: 30))
        run.spool.synchronize()
        #expect(run.spool.status().problem == nil)
        #expect(run.segments.count == 2)
        // The power fails: the old file has what the good fsync brought there, the new one all the rest.
        files.follow { _ in .made }
        for name in run.segments { try files.losePower(over: run.path(name)) }
        try run.reopen()
        run.attach([sink])
        #expect(run.texts(of: "a") == ["1", "2", "3"])
    }

    @Test func ofTwoRecordsWithOneSequenceTheLaterSegmentCounts() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach([sink])
        run.spool.append(delivery(["1"], to: 10))
        files.follow { call in
            call.operation == .synchronize && call.path.hasSuffix("1.log") ? .failed(5) : .made
        }
        run.spool.synchronize()
        files.follow { _ in .made }
        // No power failure: the old file still has the record too.
        try run.reopen()
        run.attach([sink])
        #expect(run.texts(of: "a") == ["1"])
    }

    @Test func anFsyncThatGoesOnFailingIsSaidAndTriedAgain() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files) { $0.memory = 2_000 }
        run.attach([sink])
        files.follow { call in call.operation == .synchronize && call.path.contains("segment-") ? .failed(5) : .made }
        var number = 0
        while !run.spool.isFull {
            number += 1
            run.spool.append(delivery(["\(number) \(String(repeating: "x", count: 300))"], to: Int64(number)))
        }
        run.spool.synchronize()
        #expect(run.spool.status().problem?.contains("cannot synchronize") == true)
        #expect(run.spool.isFull)
        files.follow { _ in .made }
        run.spool.synchronize()
        #expect(run.spool.status().problem == nil)
        #expect(!run.spool.isFull)
        for name in run.segments { try files.losePower(over: run.path(name)) }
        try run.reopen()
        run.attach([sink])
        #expect(run.texts(of: "a").count == number)
    }

    @Test(arguments: [false, true])
    func whatCannotBeWrittenIsHeldAndTheReaderWaits(isTorn: Bool) throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files)
        run.attach([sink])
        run.spool.append(delivery(["1"], to: 10))
        files.follow { call in call.operation == .write ? isTorn ? .halfDone(28) : .failed(28) : .made }
        run.spool.append(delivery(["2"], to: 20))
        #expect(run.spool.isFull)
        #expect(run.messages.text.contains("no space is left on the device"))
        // No sink sees what is not written.
        #expect(run.texts(of: "a") == ["1"])
        run.spool.synchronize()
        #expect(run.spool.isFull)
        files.follow { _ in .made }
        run.spool.synchronize()
        #expect(!run.spool.isFull)
        #expect(run.texts(of: "a") == ["2"])
        try run.reopen()
        run.attach([sink])
        #expect(run.texts(of: "a") == ["1", "2"])
        #expect(run.spool.backlogs()["a"]?.events == 2)
    }

    @Test func cursorsThatCannotBeSavedHoldTheSegments() throws {
        let files = ScriptedFileSystem()
        let run = try DiskSpoolRun(files) { $0.segmentLimit = 1 }
        run.attach([sink])
        for number in 1...3 { run.spool.append(delivery(["\(number)"], to: Int64(number))) }
        _ = run.texts(of: "a", acknowledging: true)
        files.follow { call in call.operation == .rename ? .failed(28) : .made }
        run.spool.synchronize()
        #expect(run.segments.count == 3)
        #expect(run.spool.status().problem?.contains("cannot rename") == true)
        files.follow { _ in .made }
        run.spool.synchronize()
        #expect(run.segments.count == 1)
        #expect(run.spool.status().problem == nil)
    }

    @Test func aFolderThatSomebodyRemovesIsMadeAgain() throws {
        let run = try spool(1)
        _ = run.texts(of: "a", acknowledging: true)
        try FileManager.default.removeItem(atPath: "\(run.scratch.path)/data")
        run.spool.append(delivery(["2"], to: 20))
        run.spool.synchronize()
        #expect(run.spool.status().problem?.contains("there is no such file or directory") == true)
        run.spool.append(delivery(["3"], to: 30))
        run.spool.synchronize()
        #expect(run.spool.status().problem == nil)
        try run.reopen()
        run.attach([sink])
        #expect(run.spool.restore([]).map(\.checkpoint.position.offset) == [30])
        #expect(run.texts(of: "a").last == "3")
        #expect(run.account(of: "a").hasSuffix(" 0 lost"), "\(run.account(of: "a"))")
    }
}
