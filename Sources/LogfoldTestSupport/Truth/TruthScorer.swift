import Foundation

/// Compares the events of a recording with its truth.
///
/// An event belongs to the record that begins at the same byte; where the truth has no places (syslog, the journal) it
/// belongs to the record of the same time, process and logger, in order, the one with the same text first.
package struct TruthScorer {
    private let truth: Truth
    private let lines: LineIndex
    private let carrier: Expectation.Carrier
    private var score: TruthScore

    /// The score of `output` (our JSON lines) for the text `log` and the truth beside it.
    package static func score(pair: TruthPair, output: [UInt8]) throws -> TruthScore {
        let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: pair.log)))
        return try score(
            name: pair.name, group: pair.group, truth: Truth(path: pair.truth), log: log, output: output)
    }

    /// The score of `output` for the text `log` that holds the records of `truth`.
    package static func score(
        name: String, group: TruthPair.Group = .service, truth: Truth, log: [UInt8], output: [UInt8]
    ) throws -> TruthScore {
        var scorer = TruthScorer(name: name, group: group, truth: truth, log: log)
        let events = try OutputEvent.read(output)
        if truth.records.contains(where: { $0.place != nil }) {
            scorer.scoreByPlace(events)
        } else {
            scorer.scoreByText(events)
        }
        return scorer.score
    }

    private init(name: String, group: TruthPair.Group, truth: Truth, log: [UInt8]) {
        self.truth = truth
        lines = LineIndex(log)
        carrier =
            log.starts(with: Array("__".utf8)) || log.starts(with: Array("{\"__".utf8))
            ? .journal : log.first == UInt8(ascii: "{") ? .json : .text
        score = TruthScore(name: name, group: group)
        score.records = truth.records.count
    }

    private mutating func scoreByPlace(_ events: [OutputEvent]) {
        let owners = LineOwners(truth, lines: lines)
        var byOffset: [Int: Int] = [:]
        for (number, event) in events.enumerated() where byOffset[event.offset] == nil {
            byOffset[event.offset] = number
        }
        var isPaired = Array(repeating: false, count: events.count)
        for (number, record) in truth.records.enumerated() {
            let found = record.place.flatMap { byOffset[$0.offset] }
            if let found { isPaired[found] = true }
            if let reason = owners.exclusion(of: number) {
                score.excluded[reason, default: 0] += 1
                continue
            }
            guard let found, let place = record.place else {
                score.missed += 1
                score.complain("no event at \(record.place?.offset ?? -1): \(record.message.prefix(120))")
                continue
            }
            score.events += 1
            if events[found].lines == place.lines {
                score.boundaries += 1
            } else {
                score.complain("at \(place.offset): \(events[found].lines) lines instead of \(place.lines)")
            }
            compare(record, events[found], text: record.raw ?? lines.text(record.lineNumbers))
        }
        for (number, event) in events.enumerated() where !isPaired[number] && !owners.isFree(event.offset) {
            score.extra += 1
            score.complain("an event too many at \(event.offset): \(event.message.prefix(120))")
        }
        score.events += score.extra
        countOrder(events)
    }

    private mutating func scoreByText(_ events: [OutputEvent]) {
        let decoded = carrier == .text ? SyslogText.decode(lines.bytes) : nil
        var groups: [String: [Int]] = [:]
        for (number, event) in events.enumerated() { groups[Self.key(event), default: []].append(number) }
        for record in truth.records {
            let text = record.raw ?? ""
            let isCut = decoded.map { !$0.holds(text) } ?? false
            let expected = Expectation(record, text: text, carrier: carrier)
            let candidates = groups[Self.key(record), default: []]
            let found = candidates.first { isRight(events[$0], expected) } ?? candidates.first
            if let found { groups[Self.key(record)]?.removeAll { $0 == found } }
            if isCut {
                score.excluded[.cut, default: 0] += 1
                continue
            }
            guard let found else {
                score.missed += 1
                score.complain("no event for \(Self.key(record)): \(record.message.prefix(120))")
                continue
            }
            score.events += 1
            if isRight(events[found], expected) || Self.isHandMade(record) { score.boundaries += 1 }
            compare(record, events[found], text: text)
        }
        score.extra = groups.values.reduce(0) { $0 + $1.count }
        score.events += score.extra
        countOrder(events)
    }

    private mutating func countOrder(_ events: [OutputEvent]) {
        var latest = -1
        for event in events {
            if event.offset < latest { score.outOfOrder += 1 }
            latest = max(latest, event.offset)
        }
        if score.outOfOrder > 0 { score.complain("events out of order") }
    }

    private mutating func compare(_ record: TruthRecord, _ event: OutputEvent, text: String) {
        let expected = Expectation(record, text: text, carrier: carrier)
        let isHandMade = Self.isHandMade(record)
        if expected.hasInseparableNames { score.inseparableNames += 1 }
        if isHandMade {
            score.handMade += 1
        } else if isRight(event, expected) {
            score.texts += 1
        } else {
            complainOfText(event, expected)
        }
        for field in TruthField.allCases where !(isHandMade && field == .instance) {
            compare(field, event, expected)
        }
    }

    private mutating func compare(_ field: TruthField, _ event: OutputEvent, _ expected: Expectation) {
        let value = event.fields[field]
        if let right = expected.fields[field] {
            score.fields[field, default: .init()].expected += 1
            // Text fields are compared as texts are: white space at the end does not count.
            if let value, right.contains(value) || right.contains(Expectation.trimmed(value)) {
                score.fields[field, default: .init()].right += 1
            } else {
                score.complain(
                    "at \(event.offset): \(field.rawValue) is \(value ?? "absent") instead of \(right.sorted()[0])")
            }
        } else if let value, expected.absent.contains(field) {
            score.fields[field, default: .init()].spurious += 1
            score.complain("at \(event.offset): \(field.rawValue) is \(value) though there is none")
        }
    }

    private func isRight(_ event: OutputEvent, _ expected: Expectation) -> Bool {
        let trace = stackTrace(of: event)
        return expected.messages.contains(Expectation.trimmed(event.message))
            && (trace.isEmpty ? expected.stackTraces.isEmpty : expected.stackTraces.contains(trace))
            && expected.stackInfo == Expectation.trimmed(event.stackInfo)
    }

    private func stackTrace(of event: OutputEvent) -> String {
        // oslo.log strips the ends of most lines of its JSON's traceback, not of all.
        carrier == .json
            ? Expectation.withoutBlankLines(event.stackTrace) : Expectation.trimmed(event.stackTrace)
    }

    private mutating func complainOfText(_ event: OutputEvent, _ expected: Expectation) {
        let message = Expectation.trimmed(event.message)
        if !expected.messages.contains(message) {
            let difference = TextDifference(expected.messages.sorted()[0], message)
            score.complain("at \(event.offset): message: \(difference)")
        }
        let trace = stackTrace(of: event)
        if expected.stackTraces.isEmpty ? !trace.isEmpty : !expected.stackTraces.contains(trace) {
            score.complain(
                "at \(event.offset): stack trace: \(TextDifference(expected.stackTraces.first ?? "", trace))")
        }
        if expected.stackInfo != Expectation.trimmed(event.stackInfo) {
            let difference = TextDifference(expected.stackInfo, event.stackInfo)
            score.complain("at \(event.offset): stack_info: \(difference)")
        }
    }

    /// Whether a person or a driver wrote into the message what oslo.log writes before it.
    private static func isHandMade(_ record: TruthRecord) -> Bool { record.message.hasPrefix("[instance: ") }

    private static func key(_ record: TruthRecord) -> String {
        "\((record.nanoseconds ?? 0) / 1_000_000) \(record.pid) \(record.logger)"
    }

    private static func key(_ event: OutputEvent) -> String {
        "\(event.fields[.timestamp] ?? "") \(event.fields[.pid] ?? "") \(event.fields[.logger] ?? "")"
    }
}
