import LogfoldCore
import LogfoldIO
import LogfoldSpool
import LogfoldTestSupport

/// A disk spool in a folder of its own, opened again as after a crash.
final class DiskSpoolRun {
    let scratch: ScratchDirectory
    let clock = FakeClock(now: 1_700_000_000_000_000_000)
    let messages = Messages()
    var files: any FileSystem
    var options = DiskSpoolOptions()
    private(set) var spool: DiskSpool
    /// Kept over crashes: its lock belongs to the test's process.
    let directory: DataDirectory
    private var routes: [String: UInt64] = [:]

    /// An empty spool. Nothing happens to it by the clock: tests synchronize it.
    init(
        _ files: any FileSystem = PosixFileSystem(), _ change: (inout DiskSpoolOptions) -> Void = { _ in }
    ) throws {
        scratch = try ScratchDirectory()
        options.minFree = 0
        change(&options)
        self.files = files
        directory = try DataDirectory("\(scratch.path)/data", in: files)
        spool = try DiskSpool(
            directory, options: options, clock: clock, diagnostics: messages.diagnostics(clock))
    }

    /// Opens what is there, as a new process would; nothing of the old one is saved first.
    func reopen() throws {
        spool = try DiskSpool(
            directory, options: options, clock: clock, diagnostics: messages.diagnostics(clock))
    }

    var folder: String { "\(scratch.path)/data/spool" }

    /// The names of the segments, in order.
    var segments: [String] {
        ((try? PosixFileSystem().names(inDirectory: folder)) ?? []).filter { $0.hasPrefix("segment-") }.sorted()
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Routes what follows to these sinks, and attaches them.
    func attach(_ sinks: [SpoolSink]) {
        spool.follow(sinks)
        for sink in sinks {
            _ = spool.attach(sink)
            routes[sink.name] = sink.route
        }
    }

    /// How a sink stands; or that it does not add up.
    func account(of sink: String) -> String {
        guard let backlog = spool.backlogs()[sink] else { return "no cursor" }
        let lost = backlog.dropped.values.reduce(0, +)
        let text = "\(backlog.events) wait, \(backlog.delivered) delivered, \(lost) lost"
        return backlog.events + backlog.delivered + lost == backlog.taken ? text : "\(text) of \(backlog.taken)"
    }

    /// All that waits for a sink now, as texts, acknowledged or not.
    func texts(of sink: String, acknowledging: Bool = false) -> [String] {
        var texts: [String] = []
        while let item = spool.next(for: sink, until: 0) {
            if let batch = item.delivery.batch { texts += batch.texts(routedTo: routes[sink] ?? 0) }
            if acknowledging { spool.acknowledge(sink: sink, through: item.index, state: []) }
        }
        return texts
    }
}

/// What the spool has said.
final class Messages: DiagnosticsOutput, @unchecked Sendable {  // Tests read it when nobody writes.
    private(set) var text = ""

    func write(_ line: [UInt8]) -> Bool {
        text += String(decoding: line, as: UTF8.self)
        return true
    }

    func diagnostics(_ clock: any Clock) -> Diagnostics { Diagnostics(form: .text, clock: clock, output: self) }
}

extension Batch {
    /// The lines of the events with one of these bits, without their newlines.
    func texts(routedTo routes: UInt64) -> [String] {
        withLines { lines in
            let bytes = lines.withUnsafeBytes { Array($0) }
            return entries.filter { $0.routes & routes != 0 }.map { entry in
                let range = Int(entry.start)..<Int(entry.start) + Int(entry.length)
                return String(decoding: bytes[range].dropLast(), as: UTF8.self)
            }
        }
    }
}

/// A delivery of these events of one source, up to an offset.
func delivery(_ texts: [String], key: UInt64 = 1, to offset: Int64, routes: [UInt64] = []) -> Delivery {
    var events = EventBatch()
    for (at, text) in texts.enumerated() { events.append(text, routes: at < routes.count ? routes[at] : .max) }
    return Delivery(
        batch: events.finish(), checkpoints: [checkpoint(key, offset)],
        sources: [0: SpoolSource(key: key, input: "logs", path: "/var/log/nova.log")])
}
