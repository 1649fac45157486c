import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldSpool

/// Random lives of a disk spool against a model that only knows which events there are and what was acknowledged.
///
/// Whatever happens, an event that was appended is delivered to each of its sinks, or counted as lost; what a sink has
/// acknowledged durably never comes again; and what was counted of inputs and filters is that of the events there are.
@Suite struct DiskSpoolModelTests {
    /// So many seeds take about ten seconds of one core in a debug build; `LOGFOLD_TEST_SPOOL_SEEDS` asks for more, as
    /// `5000` or `5000..<9000`.
    private static var seeds: Range<UInt64> {
        let asked = ProcessInfo.processInfo.environment["LOGFOLD_TEST_SPOOL_SEEDS"] ?? ""
        let numbers = asked.split(separator: "..<").compactMap { UInt64($0) }
        if numbers.count == 2, numbers[0] <= numbers[1] { return numbers[0]..<numbers[1] }
        return 0..<(numbers.first ?? 300)
    }

    @Test func nothingIsLostUncountedAndNothingDurableComesTwice() throws {
        for seed in Self.seeds {
            let failure = try DiskSpoolLife(seed: seed).live()
            #expect(failure == nil, "seed \(seed)")
            if failure != nil { return }
        }
    }
}

/// What goes wrong next, as a test's thread sets it.
private final class Faults: Sendable {
    private let armed = Mutex<(synchronize: Bool, write: Bool, torn: Bool)>((false, false, false))

    func arm(_ number: Int) {
        armed.withLock { armed in
            switch number {
            case 0: armed.synchronize = true
            case 1: armed.write = true
            default: armed.torn = true
            }
        }
    }

    func disarm() { armed.withLock { $0 = (false, false, false) } }

    func answer(_ call: ScriptedFileSystem.Call) -> ScriptedFileSystem.Answer {
        guard call.path.contains("/spool/segment-") || call.operation == .synchronize else { return .made }
        return armed.withLock { armed in
            switch call.operation {
            case .synchronize where armed.synchronize:
                armed.synchronize = false
                return .failed(5)
            case .write where armed.write:
                armed.write = false
                return .failed(28)
            case .write where armed.torn:
                armed.torn = false
                return .halfDone(28)
            default: return .made
            }
        }
    }
}

/// One life: a row of steps that a seed chooses, and what must be true at each of them.
private final class DiskSpoolLife {
    private var random: SplitMix64
    private let faults = Faults()
    private let files: ScriptedFileSystem
    private let run: DiskSpoolRun
    private let sinks: [SpoolSink]
    private let isCorrupting: Bool
    /// Events are numbered by their place in the source; so many were appended, and so many were surely on the disk.
    private var made = 0
    private var safelyMade = 0
    private var sinkModels: [String: SinkModel] = [:]
    private var hasCorrupted = false
    private var problem: String?
    private var steps: [String] = []

    private struct SinkModel {
        /// Acknowledged in any life, in this one, and durably.
        var ever: Set<Int> = []
        var live: Set<Int> = []
        var durable: Set<Int> = []
        /// What it was handed and has not acknowledged.
        var outstanding: [(index: Int, events: [(sequence: UInt64, number: Int)])] = []
    }

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        let faults = faults
        files = ScriptedFileSystem { faults.answer($0) }
        let hasLittleRoom = random.number(in: 0...2) == 0
        let isCompressed = random.number(in: 0...3) == 0
        let memory = [600, 2_000, 1 << 20][random.number(in: 0...2)]
        run = try DiskSpoolRun(files) { options in
            options.segmentLimit = 600
            options.memory = memory
            options.isCompressed = isCompressed
            options.maxBytes = hasLittleRoom ? 6_000 : 1 << 20
        }
        var sinks: [SpoolSink] = []
        for (bit, name) in ["a", "b", "c"].enumerated() {
            let policy = WhenFull.allCases[random.number(in: 0...2)]
            sinks.append(SpoolSink(name: name, route: 1 << UInt64(bit), digest: [1], whenFull: policy))
            sinkModels[name] = SinkModel()
        }
        self.sinks = sinks
        isCorrupting = seed % 4 == 3
        run.attach(sinks)
    }

    /// Returns what was wrong, with the steps that led there; nil for nothing.
    func live() throws -> String? {
        for _ in 0..<80 {
            try step()
            checkAccounts()
            if let problem { return "\(problem)\nafter \(steps.joined(separator: ", "))" }
        }
        drain()
        return problem.map { "\($0)\nafter \(steps.joined(separator: ", "))" }
    }

    private func fail(_ text: String) { problem = problem ?? text }

    private func step() throws {
        let sink = sinks[random.number(in: 0...2)].name
        switch random.number(in: 0...19) {
        case 0...5: append()
        case 6, 7: synchronize()
        case 8...11: take(sink)
        case 12, 13: acknowledgeThrough(sink)
        case 14: acknowledgeSome(sink)
        case 15: try restart(isPowerLost: false)
        case 16: try restart(isPowerLost: true)
        case 17:
            let fault = random.number(in: 0...2)
            steps.append("fault \(fault)")
            faults.arm(fault)
        case 18: attach(sink)
        default: if isCorrupting { try corrupt() }
        }
        for sink in sinks where run.spool.wantsBack(from: sink.name) { attach(sink.name) }
    }

    // MARK: Steps

    private func routes(_ number: Int) -> UInt64 {
        // One of the seven ways to at least one sink.
        UInt64(number &* 2_654_435_761 >> 7) % 7 + 1
    }

    private func append() {
        guard !run.spool.isFull else { return }
        let count = random.number(in: 1...5)
        steps.append("append \(made)..<\(made + count)")
        let numbers = made..<made + count
        made += count
        var delivery = delivery(numbers.map { "e\($0)" }, to: Int64(made), routes: numbers.map(routes))
        delivery.read = ["logs": Self.counts(numbers)]
        for sink in sinks { delivery.filtered[sink.name] = leftOut(numbers, for: sink) }
        run.spool.append(delivery)
    }

    /// What was read where an event of number n has n bytes and two lines.
    private static func counts(_ numbers: Range<Int>) -> InputCounts {
        var counts = InputCounts()
        counts.inEvents.bytes = numbers.reduce(0) { $0 + Int64($1) }
        counts.inEvents.lines = Int64(numbers.count * 2)
        counts.inEvents.events = Int64(numbers.count)
        return counts
    }

    private func leftOut(_ numbers: Range<Int>, for sink: SpoolSink) -> UInt64 {
        UInt64(numbers.count { routes($0) & sink.route == 0 })
    }

    private func synchronize() {
        steps.append("synchronize")
        run.spool.synchronize()
        guard run.spool.status().problem == nil else { return }
        safelyMade = made
        sinkModels = sinkModels.mapValues { model in
            var model = model
            model.durable = model.live
            return model
        }
    }

    private func take(_ sink: String) {
        guard let item = run.spool.next(for: sink, until: 0), let batch = item.delivery.batch else { return }
        let route = sinks.first { $0.name == sink }?.route ?? 0
        var events: [(sequence: UInt64, number: Int)] = []
        for (at, entry) in batch.entries.enumerated() where entry.routes & route != 0 {
            var one = entry
            one.routes = .max
            let text = Batch(lines: batch, entries: [one]).texts(routedTo: .max)[0]
            events.append((item.sequence + UInt64(at), Int(text.dropFirst()) ?? -1))
        }
        steps.append("\(sink) takes \(events.map(\.number))")
        for (_, number) in events {
            if routes(number) & route == 0 { fail("\(sink) got \(number), which is not for it") }
            if sinkModels[sink]?.durable.contains(number) == true, !hasCorrupted {
                fail("\(sink) got \(number) again")
            }
        }
        sinkModels[sink]?.outstanding.append((item.index, events))
    }

    private func acknowledgeThrough(_ sink: String) {
        guard let model = sinkModels[sink], !model.outstanding.isEmpty else { return }
        let last = random.number(in: 0...model.outstanding.count - 1)
        steps.append("\(sink) acknowledges \(last + 1) items")
        run.spool.acknowledge(sink: sink, through: model.outstanding[last].index, state: [])
        for item in model.outstanding[...last] { note(item.events.map(\.number), of: sink) }
        sinkModels[sink]?.outstanding.removeFirst(last + 1)
    }

    private func acknowledgeSome(_ sink: String) {
        guard let model = sinkModels[sink], !model.outstanding.isEmpty else { return }
        let at = random.number(in: 0...model.outstanding.count - 1)
        let item = model.outstanding[at]
        guard let first = item.events.first, let last = item.events.last else { return }
        let from = first.sequence + UInt64(random.number(in: 0...Int(last.sequence - first.sequence)))
        let to = from + 1 + UInt64(random.number(in: 0...Int(last.sequence - from)))
        let some = item.events.filter { (from..<to).contains($0.sequence) }
        steps.append("\(sink) acknowledges \(some.map(\.number))")
        run.spool.acknowledge(sink: sink, events: [from..<to], state: [])
        note(some.map(\.number), of: sink)
        sinkModels[sink]?.outstanding[at].events.removeAll { (from..<to).contains($0.sequence) }
    }

    private func note(_ numbers: [Int], of sink: String) {
        sinkModels[sink]?.ever.formUnion(numbers)
        sinkModels[sink]?.live.formUnion(numbers)
    }

    private func attach(_ name: String) {
        steps.append("\(name) is made anew")
        for sink in sinks where sink.name == name { _ = run.spool.attach(sink) }
        sinkModels[name]?.outstanding = []
    }

    private func restart(isPowerLost: Bool) throws {
        steps.append(isPowerLost ? "the power fails" : "the process is killed")
        if isPowerLost {
            for name in run.segments + ["cursors"] { try files.losePower(over: run.path(name)) }
        }
        // A spool that cannot be brought to the disk at its start refuses to begin.
        faults.disarm()
        try run.reopen()
        run.spool.follow(sinks)
        let offset = run.spool.restore([]).first.map { Int($0.checkpoint.position.offset) } ?? 0
        if offset > made || offset < safelyMade, !hasCorrupted {
            fail("reading resumes at \(offset), made \(made), safely \(safelyMade)")
        }
        made = offset
        for sink in sinks {
            let durable = sinkModels[sink.name]?.durable ?? []
            sinkModels[sink.name]?.live = durable
            attach(sink.name)
        }
    }

    private func corrupt() throws {
        guard let name = run.segments.randomElement(using: &random) else { return }
        let path = run.path(name)
        var bytes = try OpenFile(path, in: files).readAll(limit: 1 << 20)
        guard bytes.count > 400 else { return }
        let at = random.number(in: 0...bytes.count - 1)
        steps.append("byte \(at) of \(name) is damaged")
        bytes[at] ^= 0x55
        // In place: the spool has the file open.
        try Self.overwrite(path, bytes)
        hasCorrupted = true
    }

    private static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        let file = try OpenFile(path, for: .replacing, in: PosixFileSystem())
        try file.write(bytes)
    }

    // MARK: What must be true

    private func checkAccounts() {
        guard !hasCorrupted, run.spool.contents.withLock({ $0.unwritten }) == 0 else { return }
        let read = run.spool.inputCounts()["logs"] ?? InputCounts()
        if read != Self.counts(0..<made) { fail("of \(made) events were read \(read)") }
        let backlogs = run.spool.backlogs()
        for sink in sinks {
            let emitted = (0..<made).count { routes($0) & sink.route != 0 }
            guard let backlog = backlogs[sink.name] else { return fail("\(sink.name) has no cursor") }
            let sum = backlog.delivered + backlog.events + backlog.dropped.values.reduce(0, +)
            if sum != emitted || backlog.taken != emitted { fail("\(sink.name): emitted \(emitted), but \(backlog)") }
            if backlog.filtered != leftOut(0..<made, for: sink) {
                fail("\(sink.name): of \(made) events \(backlog.filtered) were left out")
            }
            if sink.whenFull == .block, !backlog.dropped.isEmpty { fail("\(sink.name) blocks and lost \(backlog)") }
        }
    }

    /// The end of it: everything is delivered, and what never was is counted.
    private func drain() {
        faults.disarm()
        synchronize()
        for sink in sinks {
            attach(sink.name)
            while problem == nil {
                let before = sinkModels[sink.name]?.outstanding.count ?? 0
                take(sink.name)
                guard let items = sinkModels[sink.name]?.outstanding, items.count > before else { break }
                run.spool.acknowledge(sink: sink.name, through: items[before].index, state: [])
                note(items[before].events.map(\.number), of: sink.name)
            }
            let expected = (0..<made).filter { routes($0) & sink.route != 0 }
            let missing = expected.filter { sinkModels[sink.name]?.ever.contains($0) == false }
            let backlog = run.spool.backlogs()[sink.name] ?? SinkBacklog()
            let lost = Int(backlog.dropped.values.reduce(0, +))
            // Damage at the very end of the log shows with the next record.
            if missing.count > lost + Int(backlog.events) { fail("\(sink.name) misses \(missing), counted \(lost)") }
            if !hasCorrupted, backlog.events > 0 { fail("\(backlog.events) events still wait for \(sink.name)") }
        }
        checkAccounts()
    }
}
