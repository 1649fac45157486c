import Testing

@testable import LogfoldPipeline

@Suite("What an operator should know")
struct VerdictTests {
    func status(_ change: (inout AgentStatus) -> Void) -> AgentStatus {
        var status = AgentStatus(version: "1", time: AgentStatus.madeUpTime, started: 0, pid: 1)
        status.state = .running
        change(&status)
        return status
    }

    @Test("an agent that runs is alive and ready, and there is nothing to know")
    func fine() {
        let status = status { _ in }
        #expect(status.sickness == nil && status.unreadiness.isEmpty && status.findings.isEmpty)
    }

    @Test("an agent is alive until its reader has not answered for 30 seconds")
    func alive() {
        #expect(status { $0.readerSilence = 29_999_999_999 }.sickness == nil)
        let silent = status { $0.readerSilence = 30_000_000_000 }
        #expect(silent.sickness == "the reader has not answered for 30 s")
        #expect(silent.unreadiness == ["the reader has not answered for 30 s"])
    }

    @Test("an agent is not ready while it starts or stops, and is while it reloads")
    func states() {
        #expect(status { $0.state = .starting }.unreadiness == ["the agent is starting"])
        #expect(status { $0.state = .stopping }.unreadiness == ["the agent is stopping"])
        #expect(status { $0.state = .reloading }.unreadiness.isEmpty)
    }

    @Test("an agent whose inputs wait is not ready, and says for whom they wait")
    func fullSpool() {
        let status = status { status in
            status.spool.bytes = 33_554_432
            status.spool.maxBytes = 33_554_432
            status.spool.isFull = true
            status.sinks = AgentStatus.madeUp.sinks
        }
        #expect(
            status.unreadiness == [
                "inputs wait: the spool holds 32.0 MiB of 32.0 MiB for sink 'elastic', 1,973 events behind "
                    + "(es1:9200 refused the connection)"
            ])
    }

    @Test("an agent that cannot save positions is not ready")
    func positions() {
        let status = status { $0.positions.problem = "cannot write '/x': no space is left on the device" }
        #expect(
            status.unreadiness == ["positions cannot be saved: cannot write '/x': no space is left on the device"])
    }

    @Test("the worst comes first")
    func order() {
        let lines = AgentStatus.madeUp.findings.map { "\($0.weight) \($0.subject): \($0.text)" }
        #expect(
            lines == [
                "error sink elastic: fails for 2 min 5 s, next try in 12 s: es1:9200 refused the connection",
                "error sink elastic: dropped 6,001 events: spool_full 6,000, too_large 1",
                "error input we\"ird\\\nname: lost 77 B before they could be read; the last time: the file was "
                    + "truncated",
                "warning spool: the spool holds 20.0 MiB of 32.0 MiB for sink 'elastic', 1,973 events behind "
                    + "(es1:9200 refused the connection), full in 1 min 15 s",
                "warning log: dropped 1 line of the agent's own log",
                "warning sink elastic: holds 12 events for 10 min that are refused for now, next try in 30 s: "
                    + "9 by 404 no such index; 3 by 403 blocked",
                "warning sink elastic: put 2 events that were refused for good into the dead-letter file",
                "warning input we\"ird\\\nname: '/var/log/apache2/*.log' matches no file",
                "warning input we\"ird\\\nname: /var/log/x: permission denied; add logfold to group adm",
            ])
    }

    @Test("a refused reload is said with its problems")
    func refusedReload() {
        let status = status { status in
            status.reload.lastResult = .refused
            status.reload.problems = ["a.yaml:1:1: wrong"]
        }
        #expect(
            status.findings.map(\.text) == ["the last reload was refused, the old one goes on", "a.yaml:1:1: wrong"])
    }

    @Test("the last line of the agent's log has the whole run, and only what went wrong beside it")
    func summary() {
        func text(_ fields: [(String, String)]) -> String { fields.map { "\($0)=\($1)" }.joined(separator: " ") }
        #expect(
            text(AgentStatus.madeUp.summary)
                == "uptime=1 h read_bytes=1048576 lines=9000 events=8000 dropped_by_transforms=11 lost_bytes=77")
        #expect(
            AgentStatus.madeUp.inputs.map { text($0.summary) } == [
                "input=nova bytes=5000000 lines=45000 events=40000 left_out_bytes=600 left_out_events=37",
                "input=we\"ird\\\nname bytes=0 lines=0 events=0 lost_bytes=177 losses=4",
            ])
        #expect(
            AgentStatus.madeUp.sinks.map { text($0.summary) } == [
                "sink=local emitted=7989 delivered=7980 filtered=4 waiting=5",
                "sink=elastic emitted=0 delivered=1 filtered=0 waiting=1985 dropped=6001 dead_lettered=2",
            ])
    }

    @Test("a ledger that is out is an error, whatever is missing or there twice")
    func imbalance() {
        func having(delivered: UInt64) -> AgentStatus {
            status { status in
                status.sinks = [AgentStatus.madeUp.sinks[0]]
                status.sinks[0].delivered = delivered
            }
        }
        let lost = status { status in
            status.inputs = [AgentStatus.Input(name: "logs")]
            status.inputs[0].totals.imbalance = 3
        }
        #expect(!lost.isComplete)
        let finding = "the spool's ledger is out by 3 events: this is a fault of logfold, please report it"
        #expect(lost.findings.map(\.text) == [finding])
        #expect(StatusJSON.read(Array(StatusJSON.text(lost).utf8))?.inputs[0].totals.imbalance == 3)
        #expect(having(delivered: 7_980).sinks[0].imbalance == 0)
        #expect(having(delivered: 7_978).sinks[0].imbalance == 2)
        #expect(having(delivered: 7_981).sinks[0].imbalance == -1)
        #expect(!having(delivered: 7_978).isComplete)
        #expect(
            having(delivered: 7_978).findings.contains {
                $0.weight == .error && $0.subject == "sink local" && $0.text.hasPrefix("the ledger is out by 2 events")
            })
    }

    @Test(
        "numbers are written for people",
        arguments: [
            (HumanText.count(0), "0"), (HumanText.count(999), "999"), (HumanText.count(1_000), "1,000"),
            (HumanText.count(-1_234_567), "-1,234,567"), (HumanText.count(UInt64.max), "18,446,744,073,709,551,615"),
            (HumanText.bytes(0), "0 B"), (HumanText.bytes(1_023), "1023 B"), (HumanText.bytes(1_024), "1.0 KiB"),
            (HumanText.bytes(2_000_000), "1.9 MiB"), (HumanText.bytes(-2_048), "-2.0 KiB"),
            (HumanText.bytes(.max), "8388607.9 TiB"), (HumanText.duration(-5), "0 ms"),
            (HumanText.duration(999_999_999), "999 ms"), (HumanText.duration(1_000_000_000), "1 s"),
            (HumanText.duration(60_000_000_000), "1 min"), (HumanText.duration(3_605_000_000_000), "1 h"),
            (HumanText.duration(125_000_000_000), "2 min 5 s"), (HumanText.duration(273_600_000_000_000), "3 d 4 h"),
        ])
    func humanText(made: String, expected: String) { #expect(made == expected) }
}
