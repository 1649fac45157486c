import LogfoldCore
import LogfoldIO

@testable import LogfoldPipeline

private func amount(bytes: Int64, lines: Int64, events: Int64) -> ReadAmount {
    var amount = ReadAmount()
    (amount.bytes, amount.lines, amount.events) = (bytes, lines, events)
    return amount
}

extension AgentStatus {
    /// 2026-11-22T10:00:00.500Z
    static let madeUpTime: Int64 = 1_795_341_600_500_000_000

    /// An agent with two inputs and two sinks, of which one fails; every counter is another number.
    static var madeUp: AgentStatus {
        var status = AgentStatus(
            version: "1.2.3", time: madeUpTime, started: madeUpTime - 3_600_000_000_000, pid: 4711,
            configurationFile: "/etc/logfold/logfold.yaml")
        status.state = .running
        status.reload.count = 3
        status.reload.refused = 1
        status.reload.lastResult = .taken
        status.reload.lastTime = madeUpTime - 60_000_000_000

        var nova = Input(name: "nova")
        nova.totals.bytes = 1_048_576
        nova.totals.lines = 9_000
        nova.totals.events = 8_000
        nova.totals.lastRead = madeUpTime - 250_000_000
        nova.counts.inEvents = amount(bytes: 5_000_000, lines: 45_000, events: 40_000)
        nova.counts.leftOut = amount(bytes: 600, lines: 50, events: 37)
        nova.status.sources = [
            .init(path: "/var/log/nova/nova-api.log", position: 1_000_000, lag: 0, lastRead: madeUpTime),
            .init(path: "/var/log/nova/nova-compute.log", position: 48_576, lag: 2_048),
        ]
        var apache = Input(name: "we\"ird\\\nname")
        apache.totals.lostBytes = 77
        apache.totals.losses = 2
        apache.totals.lastLoss = "the file was truncated"
        (apache.counts.lostBytes, apache.counts.losses) = (177, 4)
        apache.status.pinnedBytes = 5
        apache.status.problems = ["'/var/log/apache2/*.log' matches no file"]
        apache.status.sources = [
            .init(path: "/var/log/x", position: 0, lag: 10, problem: "permission denied; add logfold to group adm")
        ]
        status.inputs = [nova, apache]

        var drop = Transform(name: "drop_debug")
        drop.dropped = 11
        status.transforms = [drop]

        var local = Sink(name: "local", type: "file")
        local.emitted = 7_989
        local.delivered = 7_980
        local.filtered = 4
        local.waiting = 5
        local.waitingBytes = 512
        local.sends = 21
        local.bytesWritten = 2_097_152
        var elastic = Sink(name: "elastic", type: "elasticsearch")
        elastic.delivered = 1
        elastic.dropped = ["spool_full": 6_000, "too_large": 1]
        elastic.deadLettered = 2
        var tally = SinkTally()
        (tally.sent, tally.deadLettered, tally.repeated) = (1_234, 2, 17)
        (tally.foundAtFirst, tally.failureStored) = (19, 23)
        (tally.handedOver, tally.resent) = (29, 31)
        elastic.tally = tally
        elastic.waiting = 1_985
        elastic.waitingBytes = 20_000_000
        elastic.held.events = 12
        elastic.held.bytes = 7_000
        elastic.held.since = madeUpTime - 600_000_000_000
        elastic.held.nextTry = madeUpTime + 30_000_000_000
        elastic.held.reasons = [.init("404 no such index", events: 9), .init("403 blocked", events: 3)]
        elastic.sends = 10
        elastic.failures = 9
        elastic.requestLimit = 3
        elastic.lastError = "es1:9200 refused the connection"
        elastic.failingSince = madeUpTime - 125_000_000_000
        elastic.nextTry = madeUpTime + 12_000_000_000
        status.sinks = [local, elastic]

        status.spool.bytes = 20_971_520
        status.spool.maxBytes = 33_554_432
        status.spool.oldestAge = 125_000_000_000
        status.positions.lastSaved = madeUpTime - 1_000_000_000
        status.engine.openFolds = 3
        status.engine.foldBytes = 4_096
        status.engine.maxFoldBytes = 8_388_608
        status.engine.folded = 120
        status.engine.unparsed = 7
        status.engine.redacted = 13
        status.engine.limitedPatterns = 2
        status.process.residentBytes = 20_000_000
        status.process.cpuMicroseconds = 1_234_000
        status.process.openFiles = 14
        status.process.maxOpenFiles = 65_536
        status.droppedLogLines = 1
        return status
    }
}
