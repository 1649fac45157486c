import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import Testing

@testable import logfold

@Suite("The status page")
struct StatusPageTests {
    static let now: Int64 = 1_795_341_600_000_000_000
    static let plain = StatusPage.Style(hasColor: false, showsAll: false)

    static var healthy: AgentStatus {
        var status = AgentStatus(
            version: "1.2.3", time: now, started: now - 7_500_000_000_000, pid: 4711,
            configurationFile: "/etc/logfold/logfold.yaml")
        status.state = .running
        var nova = AgentStatus.Input(name: "nova")
        nova.totals.bytes = 1_572_864
        nova.totals.events = 8_000
        nova.totals.lastRead = now - 250_000_000
        nova.status.sources = [
            .init(path: "/var/log/nova/nova-api.log", position: 1_524_288, lag: 0, lastRead: now - 1_000_000_000),
            .init(path: "/var/log/nova/nova-compute.log", position: 48_576, lag: 2_048, lastRead: now - 250_000_000),
        ]
        status.inputs = [nova, AgentStatus.Input(name: "keystone")]
        var local = AgentStatus.Sink(name: "local", type: "file")
        local.delivered = 7_980
        local.filtered = 15
        local.waiting = 5
        local.bytesWritten = 2_097_152
        status.sinks = [local]
        status.spool.bytes = 1_024
        status.spool.maxBytes = 33_554_432
        status.engine.openFolds = 1
        status.engine.foldBytes = 4_096
        status.engine.maxFoldBytes = 8_388_608
        status.engine.folded = 120
        status.positions.lastSaved = now - 2_000_000_000
        status.process.residentBytes = 20_971_520
        status.process.cpuMicroseconds = 61_500_000
        status.process.openFiles = 14
        status.process.maxOpenFiles = 1024
        return status
    }

    @Test("of a healthy agent is inputs, sinks and what is between them")
    func healthyPage() {
        #expect(
            StatusPage.text(of: Self.healthy, Self.plain) == """
                logfold 1.2.3 running for 2 h 5 min, pid 4711, /etc/logfold/logfold.yaml
                ready

                INPUT        READ  EVENTS      LAG  LOST   LAST READ  FILES
                nova      1.5 MiB   8,000  2.0 KiB   0 B  250 ms ago      2
                keystone      0 B       0      0 B   0 B       never      0
                  FILE                            POSITION      LAG   LAST READ
                  /var/log/nova/nova-compute.log    48,576  2.0 KiB  250 ms ago

                SINK   TYPE  DELIVERED  WAITING  FILTERED  DROPPED  WRITTEN  STATE
                local  file      7,980        5        15        0  2.0 MiB  ok

                spool      memory, 1.0 KiB of 32.0 MiB
                engine     1 open event in 4.0 KiB of 8.0 MiB; folded 120, unparsed 0, masked 0
                process    20.0 MiB, 1 min 1 s of CPU time, 14 of 1024 files
                positions  saved 2 s ago

                """)
    }

    static var sick: AgentStatus {
        var status = healthy
        status.inputs[0].status.sources = []
        status.inputs[1].status.problems = ["'/var/log/keystone/*.log' matches no file"]
        status.sinks[0].lastError = "cannot write '/x': no space is left\u{1B}[2J on the device"
        status.sinks[0].failingSince = now - 90_000_000_000
        status.sinks[0].nextTry = now + 500_000_000
        status.sinks[0].dropped = ["spool_full": 1_000]
        status.spool.bytes = 33_554_432
        status.spool.isFull = true
        status.reload.count = 2
        status.reload.refused = 1
        status.reload.lastResult = .refused
        status.reload.lastTime = now - 3_600_000_000_000
        status.reload.problems = ["/etc/logfold/logfold.yaml:3:5: unknown key 'sink'; did you mean 'sinks'?"]
        return status
    }

    @Test("of an agent in trouble begins with what is wrong, and shows no control characters")
    func sickPage() {
        let why =
            "inputs wait: the spool holds 32.0 MiB of 32.0 MiB for sink 'local', 5 events behind "
            + "(cannot write '/x': no space is left?[2J on the device)"
        #expect(
            StatusPage.text(of: Self.sick, Self.plain) == """
                logfold 1.2.3 running for 2 h 5 min, pid 4711, /etc/logfold/logfold.yaml
                not ready: \(why)

                error    configuration   the last reload was refused, the old one goes on
                error    reload          /etc/logfold/logfold.yaml:3:5: unknown key 'sink'; did you mean 'sinks'?
                error    spool           \(why)
                error    sink local      fails for 1 min 30 s, next try in 500 ms: cannot write '/x': no space is \
                left?[2J on the device
                error    sink local      dropped 1,000 events: spool_full 1,000
                warning  input keystone  '/var/log/keystone/*.log' matches no file

                INPUT        READ  EVENTS  LAG  LOST   LAST READ  FILES
                nova      1.5 MiB   8,000  0 B   0 B  250 ms ago      0
                keystone      0 B       0  0 B   0 B       never      0

                SINK   TYPE  DELIVERED  WAITING  FILTERED  DROPPED  WRITTEN  STATE
                local  file      7,980        5        15    1,000  2.0 MiB  backing off

                spool      memory, 32.0 MiB of 32.0 MiB
                engine     1 open event in 4.0 KiB of 8.0 MiB; folded 120, unparsed 0, masked 0
                process    20.0 MiB, 1 min 1 s of CPU time, 14 of 1024 files
                positions  saved 2 s ago
                reloads    2, the last refused 1 h ago

                """)
    }

    @Test("colours what is good and what is bad, and nothing moves")
    func colors() {
        let color = StatusPage.text(of: Self.sick, .init(hasColor: true, showsAll: false))
        #expect(color.contains("\u{1B}[31;1mnot ready\u{1B}[0m") && color.contains("\u{1B}[31;1mbacking off\u{1B}[0m"))
        #expect(color.replacing(#/\u{1B}\[[0-9;]+m/#, with: "") == StatusPage.text(of: Self.sick, Self.plain))
        #expect(StatusPage.text(of: Self.healthy, .init(hasColor: true, showsAll: false)).contains("\u{1B}[32mready"))
    }

    @Test("shows the files that are farthest behind, or all of them")
    func manyFiles() {
        var status = Self.healthy
        status.inputs[0].status.sources = (0..<500).map { number in
            .init(
                path: "/var/log/\(number).log", position: 0, lag: Int64(number), lastRead: Self.now,
                problem: number < 20 ? "permission denied" : nil)
        }
        let page = StatusPage.text(of: status, Self.plain)
        #expect(
            page.contains(
                "  FILE              POSITION    LAG  LAST READ\n  /var/log/499.log         0  499 B   0 ms ago\n"))
        #expect(page.contains("  and 494 more files (--all)\n") && page.contains("  and 10 more problems (--all)\n"))
        #expect(page.split(separator: "\n").count < 40)
        let all = StatusPage.text(of: status, .init(hasColor: false, showsAll: true))
        #expect(all.contains("/var/log/0.log") && !all.contains("--all"))
        #expect(all.split(separator: "\n").count > 520)
    }
}
