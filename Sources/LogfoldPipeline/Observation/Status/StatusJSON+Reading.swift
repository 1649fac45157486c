import LogfoldCore
import LogfoldIO

extension StatusJSON {
    /// The status that a body of `/status` tells, or nil where it is not valid JSON or not an object.
    ///
    /// An older or newer agent may leave out members or have more of them: what is missing has its default, what is
    /// not known is skipped. Times and stretches are as exact as the text, to the millisecond.
    package static func read(_ bytes: [UInt8]) -> AgentStatus? {
        guard let root = JSONTree(bytes), case .object = root else { return nil }
        var status = AgentStatus(
            version: root["version"].text ?? "", time: root["time"].time ?? 0, started: root["started"].time ?? 0,
            pid: Int32(clamping: root["pid"].integer), configurationFile: root["config_file"].text)
        status.state = root["state"].text.flatMap(AgentStatus.State.init) ?? .running
        status.readerSilence = root["reader_silence_ms"].nanoseconds ?? 0
        status.reload = reload(root["reload"])
        status.inputs = root["inputs"].elements.map(input)
        status.transforms = root["transforms"].elements.map { item in
            var transform = AgentStatus.Transform(name: item["name"].text ?? "")
            transform.dropped = item["dropped_events"].count
            return transform
        }
        status.sinks = root["sinks"].elements.map(sink)
        readRest(root, into: &status)
        return status
    }

    private static func reload(_ item: JSONTree) -> AgentStatus.ReloadStatus {
        var reload = AgentStatus.ReloadStatus()
        reload.count = item["count"].count
        reload.refused = item["refused"].count
        reload.lastResult = item["last_result"].text.flatMap(AgentStatus.ReloadStatus.Result.init)
        reload.lastTime = item["last_time"].time
        reload.problems = item["problems"].texts
        return reload
    }

    private static func input(_ item: JSONTree) -> AgentStatus.Input {
        var input = AgentStatus.Input(name: item["name"].text ?? "")
        input.totals.bytes = item["read_bytes"].count
        input.totals.lines = item["lines"].count
        input.totals.events = item["events"].count
        input.totals.imbalance = item["imbalance"].integer
        input.totals.lostBytes = item["lost_bytes"].count
        input.totals.losses = item["losses"].count
        input.totals.lastLoss = item["last_loss"].text
        input.totals.lastRead = item["last_read"].time
        input.counts = counts(item["over_all_runs"])
        input.status.pinnedBytes = item["pinned_bytes"].integer
        input.status.problems = item["problems"].texts
        input.status.sources = item["sources"].elements.map { source in
            InputStatus.Source(
                path: source["path"].text ?? "", position: source["position"].integer, lag: source["lag_bytes"].integer,
                lastRead: source["last_read"].time, problem: source["problem"].text)
        }
        return input
    }

    private static func counts(_ item: JSONTree) -> InputCounts {
        var counts = InputCounts()
        counts.inEvents.bytes = item["bytes"].integer
        counts.inEvents.lines = item["lines"].integer
        counts.inEvents.events = item["events"].integer
        counts.leftOut.bytes = item["left_out_bytes"].integer
        counts.leftOut.lines = item["left_out_lines"].integer
        counts.leftOut.events = item["left_out_events"].integer
        counts.lostBytes = item["lost_bytes"].integer
        counts.losses = item["losses"].integer
        return counts
    }

    private static func sink(_ item: JSONTree) -> AgentStatus.Sink {
        var sink = AgentStatus.Sink(name: item["name"].text ?? "", type: item["type"].text ?? "")
        sink.emitted = item["emitted_events"].isThere ? item["emitted_events"].count : nil
        sink.delivered = item["delivered_events"].count
        sink.filtered = item["filtered_events"].count
        for (cause, count) in item["dropped_events"].members { sink.dropped[cause] = count.count }
        sink.deadLettered = item["dead_lettered_events"].count
        if item["sent_events"].isThere { sink.tally = tally(item) }
        sink.waiting = item["waiting_events"].count
        sink.waitingBytes = item["waiting_bytes"].integer
        sink.held = held(item["held"])
        sink.sends = item["sends"].count
        sink.failures = item["failures"].count
        sink.requestLimit = item["request_limit"].isThere ? Int(item["request_limit"].integer) : nil
        sink.bytesWritten = item["written_bytes"].integer
        sink.lastError = item["last_error"].text
        sink.failingSince = item["failing_since"].time
        sink.nextTry = item["next_try"].time
        return sink
    }

    private static func held(_ item: JSONTree) -> HeldSummary {
        var held = HeldSummary()
        held.events = item["events"].count
        held.bytes = item["bytes"].integer
        held.since = item["since"].time
        held.nextTry = item["next_try"].time
        held.reasons = item["reasons"].elements.map {
            HeldSummary.Reason($0["reason"].text ?? "", events: $0["events"].count)
        }
        return held
    }

    private static func tally(_ item: JSONTree) -> SinkTally {
        var tally = SinkTally()
        tally.sent = item["sent_events"].count
        tally.deadLettered = item["dead_lettered_events"].count
        tally.repeated = item["repeated_events"].count
        tally.foundAtFirst = item["found_at_first_events"].count
        tally.failureStored = item["failure_stored_events"].count
        tally.handedOver = item["handed_over_events"].count
        tally.resent = item["resent_events"].count
        return tally
    }

    private static func readRest(_ root: JSONTree, into status: inout AgentStatus) {
        let (spool, engine, process) = (root["spool"], root["engine"], root["process"])
        status.spool.type = spool["type"].text ?? "memory"
        status.spool.bytes = spool["bytes"].integer
        status.spool.maxBytes = spool["max_bytes"].integer
        status.spool.oldestAge = spool["oldest_age_ms"].nanoseconds
        status.spool.isFull = spool["full"] == .bool(true)
        status.spool.reason = spool["reason"].text
        status.positions.lastSaved = root["positions"]["last_saved"].time
        status.positions.problem = root["positions"]["problem"].text
        status.engine.openFolds = engine["open_folds"].integer
        status.engine.foldBytes = engine["fold_bytes"].integer
        status.engine.maxFoldBytes = engine["fold_max_bytes"].integer
        status.engine.folded = engine["folded_events"].count
        status.engine.unparsed = engine["unparsed_events"].count
        status.engine.redacted = engine["redacted_events"].count
        status.engine.limitedPatterns = engine["limited_patterns"].count
        status.process.residentBytes = process["resident_bytes"].integer
        status.process.cpuMicroseconds = process["cpu_ms"].integer.multipliedOrZero(by: 1_000)
        status.process.openFiles = process["open_files"].integer
        status.process.maxOpenFiles = process["max_open_files"].integer
        status.droppedLogLines = root["dropped_log_lines"].count
    }
}
