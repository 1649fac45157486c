import LogfoldCore

/// Something about the agent that an operator should know.
package struct Finding: Sendable, Equatable {
    /// How much it matters: of the first, events are or will be lost, or something stands still.
    package enum Weight: Sendable, CaseIterable {
        case error, warning
    }

    /// How much it matters.
    package var weight: Weight
    /// What it is about: `sink elastic`.
    package var subject: String
    /// What is wrong and what would help, as a sentence without capital and full stop.
    package var text: String
}

extension AgentStatus {
    /// An agent whose reader has not answered for so long does not live, in nanoseconds.
    package static let silenceLimit: Int64 = 30_000_000_000

    /// Why the agent should be started anew; nil while it lives.
    package var sickness: String? {
        guard readerSilence >= Self.silenceLimit else { return nil }
        return "the reader has not answered for \(HumanText.duration(readerSilence))"
    }

    /// Why the agent does not do its work at the moment; empty while it does.
    package var unreadiness: [String] {
        var reasons: [String] = []
        switch state {
        case .starting: reasons.append("the agent is starting")
        case .stopping: reasons.append("the agent is stopping")
        case .running, .reloading: break
        }
        if spool.isFull { reasons.append("inputs wait: \(spool.reason ?? spoolText)") }
        if let problem = positions.problem { reasons.append("positions cannot be saved: \(problem)") }
        if let sickness { reasons.append(sickness) }
        return reasons
    }

    /// Whether nothing that was read is lost: it is delivered, left out on purpose, or will be read again.
    package var isComplete: Bool {
        positions.problem == nil && sinks.allSatisfy { $0.imbalance == 0 && $0.droppedTotal == 0 }
            && inputs.allSatisfy { $0.totals.imbalance == 0 }
    }

    /// What an operator should know, the worst first.
    package var findings: [Finding] {
        let all = ownFindings + sinks.flatMap { $0.findings(at: time) } + inputs.flatMap(\.findings)
        return Finding.Weight.allCases.flatMap { weight in all.filter { $0.weight == weight } }
    }

    private var ownFindings: [Finding] {
        var findings: [Finding] = []
        func note(_ weight: Finding.Weight, _ subject: String, _ text: String) {
            findings.append(Finding(weight: weight, subject: subject, text: text))
        }
        if let sickness { note(.error, "agent", sickness) }
        if let problem = positions.problem {
            note(.error, "positions", "cannot be saved, after a crash events would be sent again: \(problem)")
        }
        if reload.lastResult == .refused {
            note(.error, "configuration", "the last reload was refused, the old one goes on")
        }
        for problem in reload.problems { note(reload.lastResult == .refused ? .error : .warning, "reload", problem) }
        if spool.isFull {
            note(.error, "spool", "inputs wait: \(spool.reason ?? spoolText)")
        } else if let spoolFill {
            note(.warning, "spool", spoolFill)
        }
        if droppedLogLines > 0 {
            note(.warning, "log", "dropped \(HumanText.count(droppedLogLines, of: "line")) of the agent's own log")
        }
        return findings
    }

    /// From half on, how full the spool is, for whom, and when it will be full; nil before.
    package var spoolFill: String? {
        guard isSpoolFilling else { return nil }
        return spoolText + (timeUntilFull.map { ", full in \(HumanText.duration($0))" } ?? "")
    }

    /// How full the spool is and for whom.
    private var spoolText: String {
        let fill = "the spool holds \(HumanText.bytes(spool.bytes)) of \(HumanText.bytes(spool.maxBytes))"
        guard let slowest = spoolHolder else { return fill }
        let reason = slowest.lastError.map { " (\($0))" } ?? ""
        return
            "\(fill) for sink '\(slowest.name)', \(HumanText.count(slowest.waitingInSpool, of: "event")) behind\(reason)"
    }

    /// The sink that holds the spool: the one that most waits for; nil where nothing waits.
    var spoolHolder: Sink? {
        sinks.filter { $0.waitingInSpool > 0 }.max { $0.waitingInSpool < $1.waitingInSpool }
    }

    /// Whether it is time to say for whom the spool fills.
    var isSpoolFilling: Bool { spool.maxBytes > 0 && spool.bytes >= spool.maxBytes / 2 }

    /// When the spool is full if it goes on like this, in nanoseconds: all that it holds came since its oldest did.
    var timeUntilFull: Int64? {
        guard let age = spool.oldestAge, age > 0, spool.bytes > 0 else { return nil }
        let estimate = (Double(spool.maxBytes) / Double(spool.bytes) - 1) * Double(age)
        return estimate < 0x1p62 ? Int64(estimate) : nil
    }
}

extension AgentStatus.Sink {
    fileprivate func findings(at now: Int64) -> [Finding] {
        var findings: [Finding] = []
        if let lastError {
            let since = failingSince.map { " for \(HumanText.duration(now &- $0))" } ?? ""
            let next = nextTry.map { ", next try in \(HumanText.duration($0 &- now))" } ?? ""
            findings.append(
                Finding(weight: .error, subject: "sink \(name)", text: "fails\(since)\(next): \(lastError)"))
        }
        if droppedTotal > 0 {
            let causes = dropped.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.key) \(HumanText.count($0.value))" }
            let text = "dropped \(HumanText.count(droppedTotal, of: "event")): \(causes.joined(separator: ", "))"
            findings.append(Finding(weight: .error, subject: "sink \(name)", text: text))
        }
        if imbalance != 0 {
            let text =
                "the ledger is out by \(HumanText.count(imbalance)) events: this is a fault of logfold, please report it"
            findings.append(Finding(weight: .error, subject: "sink \(name)", text: text))
        }
        if held.events > 0 { findings.append(heldFinding(at: now)) }
        if deadLettered > 0 {
            let text =
                "put \(HumanText.count(deadLettered, of: "event")) that were refused for good into the dead-letter file"
            findings.append(Finding(weight: .warning, subject: "sink \(name)", text: text))
        }
        return findings
    }
}

extension AgentStatus.Sink {
    fileprivate func heldFinding(at now: Int64) -> Finding {
        let since = held.since.map { " for \(HumanText.duration(now &- $0))" } ?? ""
        let next = held.nextTry.map { ", next try in \(HumanText.duration(Swift.max($0 &- now, 0)))" } ?? ""
        let reasons = held.reasons.prefix(3).map { "\(HumanText.count($0.events)) by \($0.text)" }
        let text =
            "holds \(HumanText.count(held.events, of: "event"))\(since) that are refused for now\(next): "
            + reasons.joined(separator: "; ")
        return Finding(weight: .warning, subject: "sink \(name)", text: text)
    }
}

extension AgentStatus.Input {
    fileprivate var findings: [Finding] {
        var findings: [Finding] = []
        if totals.imbalance != 0 {
            let text =
                "the spool's ledger is out by \(HumanText.count(totals.imbalance)) events: this is a fault of logfold,"
                + " please report it"
            findings.append(Finding(weight: .error, subject: "input \(name)", text: text))
        }
        if totals.losses > 0 {
            let reason = totals.lastLoss.map { "; the last time: \($0)" } ?? ""
            let text = "lost \(HumanText.bytes(Int64(clamping: totals.lostBytes))) before they could be read\(reason)"
            findings.append(Finding(weight: .error, subject: "input \(name)", text: text))
        }
        let problems =
            status.problems + status.sources.compactMap { source in source.problem.map { "\(source.path): \($0)" } }
        findings += problems.map { Finding(weight: .warning, subject: "input \(name)", text: $0) }
        return findings
    }
}
