/// How well the events of one recording, or of several together, agree with the truth.
package struct TruthScore {
    /// The recording.
    package var name: String
    /// How it is judged.
    package var group: TruthPair.Group
    /// Records of the truth, excluded ones with them.
    package var records = 0
    /// Records that are not judged, by the reason.
    package var excluded: [Exclusion: Int] = [:]
    /// Records whose message itself begins with `[instance: `, as if oslo.log had put it there: text and instance are
    /// not judged.
    package var handMade = 0
    /// Records whose user and project are names with blanks side by side: these two fields are not judged.
    package var inseparableNames = 0
    /// Events of the output that are judged: those of foreign text and excluded records are not.
    package var events = 0
    /// Records whose event begins at the right byte and has the right number of lines.
    package var boundaries = 0
    /// Records whose event has the right message, stack trace and `stack_info`.
    package var texts = 0
    /// Records without an event.
    package var missed = 0
    /// Events without a record.
    package var extra = 0
    /// Events that came behind one with a later first line.
    package var outOfOrder = 0
    /// Results by field.
    package var fields: [TruthField: Tally] = [:]
    /// What was wrong, one line each, the first hundred.
    package var complaints: [String] = []

    /// How often a field was right.
    package struct Tally: Equatable, Sendable {
        /// Events that print the field.
        package var expected = 0
        /// Those that have its value.
        package var right = 0
        /// Events that have a value where there is none.
        package var spurious = 0

        /// A tally of these numbers.
        package init(expected: Int = 0, right: Int = 0, spurious: Int = 0) {
            self.expected = expected
            self.right = right
            self.spurious = spurious
        }
    }

    /// An empty score.
    package init(name: String, group: TruthPair.Group) {
        self.name = name
        self.group = group
    }

    /// Records that are judged.
    package var judged: Int { records - excluded.values.reduce(0, +) }
    /// Share of the judged records with the right boundaries; an event too many counts as a record that is wrong.
    package var boundaryRate: Double { rate(boundaries, judged + extra) }
    /// Share of the judged records with the right text.
    package var textRate: Double { rate(texts, judged - handMade + extra) }
    /// Share of the records that are not judged.
    package var excludedRate: Double { rate(records - judged, records) }

    /// Whether every printed value of `field` was right.
    package func isExact(_ field: TruthField) -> Bool {
        guard let tally = fields[field] else { return true }
        return tally.right == tally.expected
    }

    private func rate(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 1 : Double(part) / Double(whole) }

    mutating func complain(_ text: @autoclosure () -> String) {
        if complaints.count < 100 { complaints.append(text()) }
    }

    /// Adds the figures of another recording.
    package mutating func add(_ other: TruthScore) {
        records += other.records
        handMade += other.handMade
        inseparableNames += other.inseparableNames
        events += other.events
        boundaries += other.boundaries
        texts += other.texts
        missed += other.missed
        extra += other.extra
        outOfOrder += other.outOfOrder
        excluded.merge(other.excluded, uniquingKeysWith: +)
        fields.merge(other.fields) { left, right in
            Tally(
                expected: left.expected + right.expected, right: left.right + right.right,
                spurious: left.spurious + right.spurious)
        }
        complaints += other.complaints.prefix(max(0, 100 - complaints.count)).map { other.name + ": " + $0 }
    }
}

extension TruthScore {
    /// The figures in one line.
    package var summary: String {
        let left = excluded.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", ")
        return "\(name): \(records) records (not judged: \(left.isEmpty ? "none" : left)), "
            + "boundaries \(AccuracyTable.percent(boundaryRate)), text \(AccuracyTable.percent(textRate)), "
            + "missed \(missed), extra \(extra), out of order \(outOfOrder)"
    }
}
