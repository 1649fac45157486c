import LogfoldCore
import LogfoldParsing

/// How many events there were of each level and logger: read from the events themselves, only for `--stats`.
final class EventTally {
    private(set) var levels: [String: Int] = [:]
    private(set) var loggers: [String: Int] = [:]
    private(set) var lines = 0
    private var view = EventView()

    /// So many loggers are told apart, whatever the input holds.
    private static let maxLoggers = 10_000

    /// Counts the events of a batch.
    func add(_ bytes: RawSpan, _ entries: [Batch.Entry]) {
        for entry in entries {
            lines += Int(entry.lineCount)
            let range = entry.json
            guard view.read(bytes, range) else { continue }
            levels[name(bytes, view.text("log.level")), default: 0] += 1
            let logger = name(bytes, view.text("log.logger"))
            if loggers[logger] != nil || loggers.count < Self.maxLoggers { loggers[logger, default: 0] += 1 }
        }
    }

    private func name(_ bytes: RawSpan, _ range: ByteRange?) -> String {
        guard let range else { return "none" }
        return bytes.string(range)
    }
}

/// The summary of `--stats`.
enum Statistics {
    private static let shownLoggers = 10

    /// The summary as aligned lines.
    static func text(_ counts: EventCounts, bytes: Int, tally: EventTally?) -> String {
        var rows = [
            ("events", counts.written), ("folded", counts.folded), ("unparsed", counts.unparsed),
            ("redacted", counts.redacted), ("filtered", counts.filtered), ("bytes read", bytes),
        ]
        guard let levels = tally?.levels, let loggers = tally?.loggers else { return table(rows) }
        rows.insert(("lines", tally?.lines ?? 0), at: 1)
        let order = ["critical", "error", "warning", "notice", "info", "debug", "trace", "none"]
        let byLevel = levels.sorted { left, right in
            (order.firstIndex(of: left.key) ?? order.count, left.key)
                < (order.firstIndex(of: right.key) ?? order.count, right.key)
        }
        let byLogger = loggers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(shownLoggers)
        return table(rows) + "by level\n" + table(byLevel.map { ($0.key, $0.value) }, indent: "  ")
            + "by logger\n" + table(byLogger.map { ($0.key, $0.value) }, indent: "  ")
    }

    private static func table(_ rows: [(String, Int)], indent: String = "") -> String {
        let width = rows.map { $0.0.count }.max() ?? 0
        let digits = rows.map { String($0.1).count }.max() ?? 0
        return rows.map { name, count in
            let gap = String(repeating: " ", count: width - name.count + 2 + digits - String(count).count)
            return "\(indent)\(Terminal.harmless(name))\(gap)\(count)\n"
        }.joined()
    }
}
