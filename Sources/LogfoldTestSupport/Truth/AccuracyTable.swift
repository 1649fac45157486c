import Foundation

/// The figures of all recordings as Markdown: what stands in `Docs/accuracy.md`.
package struct AccuracyTable {
    private let scores: [TruthScore]

    /// A table of these scores.
    package init(_ scores: [TruthScore]) { self.scores = scores }

    /// The whole text.
    package var markdown: String {
        let groups: [(TruthPair.Group, String)] = [
            (.service, "Files written by services"), (.interleaved, "Several processes on one output"),
            (.variant, "oslo.log's formats"),
        ]
        var text = Self.introduction
        for (group, title) in groups {
            let members = scores.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            text += "\n## \(title)\n\n" + boundaryTable(members)
        }
        text += "\n## Fields\n\nRight of printed, and values where there is none.\n\n" + fieldTable
        return text
    }

    private static let introduction = """
        # Accuracy

        Measured by `make truth` over `Fixtures/corpus`: every recording is read by the engine without redaction, and
        its events are compared with the records that oslo.log's own JSON formatter wrote beside the text.

        - **boundaries**: the event begins at the record's first byte and has its number of physical lines.
        - **text**: message, stack trace and `stack_info` are equal; white space at the very end does not count, and
          colours that a message itself holds may be kept or removed.
        - **order**: events that left behind one with a later first line.
        - **not judged**: records torn inside a line (a pipe), their neighbours that hold a fragment, records that
          syslog cut. A message that begins with a hand-made `[instance: ` is judged by its boundaries only. A field
          is expected where the text prints it, user and project only where blanks in their names leave them apart.

        """

    private func boundaryTable(_ members: [TruthScore]) -> String {
        var text = """
            | recording | records | not judged | boundaries | text | missed | extra | order |
            |---|--:|---|--:|--:|--:|--:|--:|

            """
        for score in members { text += row(score) }
        if let first = members.first, members.count > 1 {
            var total = TruthScore(name: "**together**", group: first.group)
            for score in members { total.add(score) }
            text += row(total)
        }
        return text
    }

    private func row(_ score: TruthScore) -> String {
        var reasons = Exclusion.allCases.compactMap { reason in
            score.excluded[reason].map { "\($0) \(reason.rawValue)" }
        }
        if score.handMade > 0 { reasons.append("text of \(score.handMade) with a hand-made prefix") }
        if score.inseparableNames > 0 {
            reasons.append("user and project of \(score.inseparableNames): names with blanks")
        }
        let cells = [
            score.name, String(score.records), reasons.joined(separator: ", "),
            Self.percent(score.boundaryRate), Self.percent(score.textRate), String(score.missed),
            String(score.extra), String(score.outOfOrder),
        ]
        return "| " + cells.joined(separator: " | ") + " |\n"
    }

    private var fieldTable: String {
        var text = "| field | printed | right | share | spurious |\n|---|--:|--:|--:|--:|\n"
        var total = TruthScore(name: "", group: .service)
        for score in scores { total.add(score) }
        for field in TruthField.allCases {
            guard let tally = total.fields[field] else { continue }
            let share = tally.expected == 0 ? 1 : Double(tally.right) / Double(tally.expected)
            text += "| \(field.rawValue) | \(tally.expected) | \(tally.right) | \(Self.percent(share)) "
            text += "| \(tally.spurious) |\n"
        }
        return text
    }

    /// `99.93 %`, cut and not rounded, so that only perfection reads `100 %`.
    static func percent(_ share: Double) -> String {
        share >= 1 ? "100 %" : String(format: "%.2f %%", (share * 10_000).rounded(.down) / 100)
    }
}
