import LogfoldCore
import LogfoldIO
import LogfoldPipeline

/// An agent's status on one screen: problems first, then inputs, sinks and what is between them.
struct StatusPage {
    /// How it is shown.
    struct Style {
        var hasColor: Bool
        var showsAll: Bool
    }

    private let status: AgentStatus
    private let style: Style

    /// More of them are only shown where all are asked for.
    private static let shownFindings = 10
    private static let shownSources = 5

    /// The page.
    static func text(of status: AgentStatus, _ style: Style) -> String {
        let page = StatusPage(status: status, style: style)
        let parts = [page.head, page.findings, page.inputs, page.sinks, page.rest]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private typealias Cell = TableText.Cell

    // MARK: - Parts

    private var head: String {
        let age = HumanText.duration(status.time &- status.started)
        let state = "logfold \(status.version) \(status.state.rawValue) for \(age), pid \(status.pid)"
        let file = status.configurationFile.map { ", \($0)" } ?? ""
        let reasons = status.unreadiness
        let ready =
            reasons.isEmpty
            ? TableText.Color.good.paint("ready", style.hasColor)
            : TableText.Color.bad.paint("not ready", style.hasColor)
                + Terminal.harmless(": " + reasons.joined(separator: "; "))
        return Terminal.harmless(state + file) + "\n" + ready + "\n"
    }

    private var findings: String {
        let all = status.findings
        guard !all.isEmpty else { return "" }
        var table = TableText([("", .left), ("", .left), ("", .left)])
        for finding in all.prefix(style.showsAll ? .max : Self.shownFindings) {
            let word = finding.weight == .error ? Cell("error", .bad) : Cell("warning", .warning)
            table.add([word, Cell(finding.subject), Cell(finding.text)])
        }
        return table.text(hasColor: style.hasColor) + more(all.count - Self.shownFindings, "problem")
    }

    private var inputs: String {
        guard !status.inputs.isEmpty else { return "" }
        var table = TableText([
            ("INPUT", .left), ("READ", .right), ("EVENTS", .right), ("LAG", .right), ("LOST", .right),
            ("LAST READ", .right), ("FILES", .right),
        ])
        for input in status.inputs {
            table.add([
                Cell(input.name), Cell(bytes(input.totals.bytes)), Cell(HumanText.count(input.totals.events)),
                Cell(HumanText.bytes(input.lag)),
                Cell(bytes(input.totals.lostBytes), input.totals.losses > 0 ? .bad : .plain),
                Cell(ago(input.totals.lastRead)), Cell(HumanText.count(input.status.sources.count)),
            ])
        }
        return table.text(hasColor: style.hasColor) + sources
    }

    /// The files that are farthest behind, or all of them.
    private var sources: String {
        let all = status.inputs.flatMap(\.status.sources)
        let behind = all.filter { $0.lag > 0 }.sorted { ($1.lag, $0.path) < ($0.lag, $1.path) }
        let shown = style.showsAll ? all.sorted { $0.path < $1.path } : Array(behind.prefix(Self.shownSources))
        guard !shown.isEmpty else { return "" }
        var table = TableText([("  FILE", .left), ("POSITION", .right), ("LAG", .right), ("LAST READ", .right)])
        for source in shown {
            table.add([
                Cell("  " + source.path), Cell(HumanText.count(source.position)), Cell(HumanText.bytes(source.lag)),
                Cell(ago(source.lastRead)),
            ])
        }
        return table.text(hasColor: style.hasColor) + more(behind.count - Self.shownSources, "file")
    }

    private var sinks: String {
        guard !status.sinks.isEmpty else { return "" }
        var table = TableText([
            ("SINK", .left), ("TYPE", .left), ("DELIVERED", .right), ("WAITING", .right), ("FILTERED", .right),
            ("DROPPED", .right), ("WRITTEN", .right), ("STATE", .left),
        ])
        for sink in status.sinks {
            let lost = sink.droppedTotal &+ sink.deadLettered
            table.add([
                Cell(sink.name), Cell(sink.type), Cell(HumanText.count(sink.delivered)),
                Cell(HumanText.count(sink.waiting)), Cell(HumanText.count(sink.filtered)),
                Cell(HumanText.count(lost), lost > 0 ? .bad : .plain), Cell(HumanText.bytes(sink.bytesWritten)),
                state(sink),
            ])
        }
        return table.text(hasColor: style.hasColor)
    }

    private func state(_ sink: AgentStatus.Sink) -> Cell {
        if sink.isFailing { return Cell("backing off", .bad) }
        // Delivered, as far as anybody can know.
        return (sink.tally?.handedOver ?? 0) > 0 ? Cell("ok, handed over", .warning) : Cell("ok", .good)
    }

    private var rest: String {
        var table = TableText([("", .left), ("", .left)])
        func add(_ name: String, _ text: String) { table.add([Cell(name, .bold), Cell(text)]) }
        let (spool, engine, process) = (status.spool, status.engine, status.process)
        let oldest = spool.oldestAge.map { ", the oldest for \(HumanText.duration($0))" } ?? ""
        add("spool", "\(spool.type), \(HumanText.bytes(spool.bytes)) of \(HumanText.bytes(spool.maxBytes))\(oldest)")
        add(
            "engine",
            "\(HumanText.count(engine.openFolds, of: "open event")) in \(HumanText.bytes(engine.foldBytes)) of "
                + "\(HumanText.bytes(engine.maxFoldBytes)); folded \(HumanText.count(engine.folded)), unparsed "
                + "\(HumanText.count(engine.unparsed)), masked \(HumanText.count(engine.redacted))")
        for transform in status.transforms {
            add("transform", "\(transform.name) dropped \(HumanText.count(transform.dropped, of: "event"))")
        }
        add(
            "process",
            "\(HumanText.bytes(process.residentBytes)), "
                + "\(HumanText.duration(process.cpuMicroseconds &* 1_000)) of CPU time, "
                + "\(process.openFiles) of \(process.maxOpenFiles) files")
        if let saved = status.positions.lastSaved { add("positions", "saved \(ago(saved))") }
        if let result = status.reload.lastResult {
            add("reloads", "\(status.reload.count), the last \(result.rawValue) \(ago(status.reload.lastTime))")
        }
        return table.text(hasColor: style.hasColor)
    }

    // MARK: - Texts

    private func bytes(_ count: UInt64) -> String { HumanText.bytes(Int64(clamping: count)) }

    private func ago(_ time: Int64?) -> String {
        time.map { "\(HumanText.duration(status.time &- $0)) ago" } ?? "never"
    }

    private func more(_ count: Int, _ noun: String) -> String {
        guard count > 0, !style.showsAll else { return "" }
        return "  and \(HumanText.count(count, of: "more \(noun)")) (--all)\n"
    }
}
