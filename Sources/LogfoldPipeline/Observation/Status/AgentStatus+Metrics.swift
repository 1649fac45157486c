import LogfoldCore
import LogfoldIO

extension AgentStatus {
    /// The body of `/metrics`.
    package var metrics: String {
        var text = MetricsText()
        addAgent(to: &text)
        addInputs(to: &text)
        addEngine(to: &text)
        addSpool(to: &text)
        addSinks(to: &text)
        addProcess(to: &text)
        return text.text
    }

    private func addAgent(to text: inout MetricsText) {
        text.family("logfold_info", .gauge, "The version of logfold.", [.init(1, [("version", version)])])
        text.family(
            "logfold_ready", .gauge, "Whether the agent does its work, as /readyz says.",
            [.init(unreadiness.isEmpty ? 1 : 0)])
        text.family(
            "logfold_reader_silence_seconds", .gauge, "For how long the reader has not answered.",
            [.init(seconds: readerSilence)])
        text.family(
            "logfold_reloads_total", .counter, "Reloads of the configuration, by what came of them.",
            [
                .init(reload.count &- reload.refused, [("result", "taken")]),
                .init(reload.refused, [("result", "refused")]),
            ])
        text.family(
            "logfold_positions_failing", .gauge, "Whether positions cannot be saved.",
            [.init(positions.problem == nil ? 0 : 1)])
        text.family(
            "logfold_log_dropped_lines_total", .counter, "Lines of the agent's own log that could not be written.",
            [.init(droppedLogLines)])
    }

    private func addInputs(to text: inout MetricsText) {
        func family(
            _ name: String, _ kind: MetricsText.Kind, _ help: String,
            _ sample: (Input, [(name: String, value: String)]) -> MetricsText.Sample?
        ) {
            text.family(
                "logfold_input_\(name)", kind, help, inputs.compactMap { sample($0, [("input", $0.name)]) })
        }
        family("read_bytes_total", .counter, "Bytes read, after decompression.") { .init($0.totals.bytes, $1) }
        family("lines_total", .counter, "Lines of the events that have left the engine.") { .init($0.totals.lines, $1) }
        family("events_total", .counter, "Events that have left the engine.") { .init($0.totals.events, $1) }
        family("lag_bytes", .gauge, "Bytes that wait to be read.") { .init($0.lag, $1) }
        family("sources", .gauge, "Files or streams that are read or watched.") { .init($0.status.sources.count, $1) }
        family("problems", .gauge, "Problems with the input and its sources, as logfold status names them.") {
            .init($0.status.problems.count + $0.status.sources.count { $0.problem != nil }, $1)
        }
        family("lost_bytes_total", .counter, "Bytes that were lost before they could be read.") {
            .init($0.totals.lostBytes, $1)
        }
        family("losses_total", .counter, "How often something was lost before it could be read.") {
            .init($0.totals.losses, $1)
        }
        family("safe_bytes_total", .counter, "Bytes whose events are in the spool or were left out, over all runs.") {
            .init($0.counts.inEvents.bytes &+ $0.counts.leftOut.bytes, $1)
        }
        family("safe_lines_total", .counter, "Their lines.") {
            .init($0.counts.inEvents.lines &+ $0.counts.leftOut.lines, $1)
        }
        family("safe_events_total", .counter, "The events of these, without those that were left out.") {
            .init($0.counts.inEvents.events, $1)
        }
        family("left_out_events_total", .counter, "Events that a transform drops or no sink takes, over all runs.") {
            .init($0.counts.leftOut.events, $1)
        }
        family("pinned_bytes", .gauge, "Bytes on the disk that deleted files hold while they are read.") {
            .init($0.status.pinnedBytes, $1)
        }
        family("last_read_timestamp_seconds", .gauge, "When the last bytes came.") { input, labels in
            input.totals.lastRead.map { .init(seconds: $0, labels) }
        }
    }

    private func addEngine(to text: inout MetricsText) {
        text.family("logfold_open_folds", .gauge, "Events that are not complete yet.", [.init(engine.openFolds)])
        text.family(
            "logfold_fold_bytes", .gauge, "Bytes that open events and what waits behind them hold.",
            [.init(engine.foldBytes)])
        text.family("logfold_fold_max_bytes", .gauge, "Bytes that they may hold.", [.init(engine.maxFoldBytes)])
        text.family("logfold_folded_events_total", .counter, "Events of more than one line.", [.init(engine.folded)])
        text.family("logfold_unparsed_events_total", .counter, "Events that no format took.", [.init(engine.unparsed)])
        text.family(
            "logfold_redacted_events_total", .counter, "Events with something masked.", [.init(engine.redacted)])
        text.family(
            "logfold_limited_patterns_total", .counter,
            "Patterns that were given up because a text would have taken too long.", [.init(engine.limitedPatterns)])
        text.family(
            "logfold_transform_dropped_events_total", .counter, "Events that a transform has dropped.",
            transforms.map { .init($0.dropped, [("transform", $0.name)]) })
    }

    private func addSpool(to text: inout MetricsText) {
        let labels = [(name: "type", value: spool.type)]
        text.family("logfold_spool_bytes", .gauge, "Bytes that wait for sinks.", [.init(spool.bytes, labels)])
        text.family("logfold_spool_max_bytes", .gauge, "Bytes that may wait.", [.init(spool.maxBytes, labels)])
        text.family(
            "logfold_spool_oldest_age_seconds", .gauge, "For how long the oldest events have been waiting.",
            [.init(seconds: spool.oldestAge ?? 0, labels)])
        text.family(
            "logfold_spool_full", .gauge, "Whether inputs wait for room in the spool.",
            [.init(spool.isFull ? 1 : 0, labels)])
        let holder = isSpoolFilling ? spoolHolder : nil
        text.family(
            "logfold_spool_held_by", .gauge, "The sink that holds the spool, from half on.",
            holder.map { [.init(1, [("sink", $0.name)])] } ?? [])
        text.family(
            "logfold_spool_full_in_seconds", .gauge, "When it is full if it goes on like this, from half on.",
            isSpoolFilling ? timeUntilFull.map { [.init(seconds: $0, labels)] } ?? [] : [])
    }

    private func addSinks(to text: inout MetricsText) {
        func family(
            _ name: String, _ kind: MetricsText.Kind, _ help: String,
            _ samples: (Sink, [(name: String, value: String)]) -> [MetricsText.Sample]
        ) {
            let all = sinks.flatMap { samples($0, [("sink", $0.name), ("type", $0.type)]) }
            text.family("logfold_sink_\(name)", kind, help, all)
        }
        family("emitted_events_total", .counter, "Events that have left the engine for the sink.") {
            sink, labels in sink.emitted.map { [.init($0, labels)] } ?? []
        }
        family("delivered_events_total", .counter, "Events that the sink has safe.") { [.init($0.delivered, $1)] }
        family("filtered_events_total", .counter, "Events that the sink's inputs and condition leave out.") {
            [.init($0.filtered, $1)]
        }
        family("dropped_events_total", .counter, "Events that were lost for the sink, by cause.") { sink, labels in
            sink.dropped.sorted { $0.key < $1.key }.map { .init($0.value, labels + [("cause", $0.key)]) }
        }
        family("dead_lettered_events_total", .counter, "Events that were refused for good and put aside.") {
            [.init($0.deadLettered, $1)]
        }
        family("sent_events_total", .counter, "Events sent to a server, repeats and all.") { sink, labels in
            sink.tally.map { [.init($0.sent, labels)] } ?? []
        }
        family("found_events_total", .counter, "Events that the server had already, by when that was seen.") {
            sink, labels in
            [("repeat", sink.tally?.repeated), ("first", sink.tally?.foundAtFirst)].compactMap { when, count in
                count.map { .init($0, labels + [("sending", when)]) }
            }
        }
        family("failure_stored_events_total", .counter, "Events that the server took but could not index.") {
            sink, labels in sink.tally.map { [.init($0.failureStored, labels)] } ?? []
        }
        family("handed_over_events_total", .counter, "Events that the server said to have before they were safe.") {
            sink, labels in sink.tally.map { [.init($0.handedOver, labels)] } ?? []
        }
        family("resent_events_total", .counter, "Events sent again that the server may have twice.") { sink, labels in
            sink.tally.map { [.init($0.resent, labels)] } ?? []
        }
        family("waiting_events", .gauge, "Events in the spool that the sink has not acknowledged, and held ones.") {
            [.init($0.waiting, $1)]
        }
        family("waiting_bytes", .gauge, "Their bytes.") { [.init($0.waitingBytes, $1)] }
        family("held_events", .gauge, "Those of them that are refused for a reason that may pass, by reason.") {
            sink, labels in
            sink.held.reasons.map { .init($0.events, labels + [("reason", $0.text)]) }
        }
        family("sends_total", .counter, "Tries to bring something to safety.") { [.init($0.sends, $1)] }
        family("failures_total", .counter, "Tries that failed.") { [.init($0.failures, $1)] }
        family("request_limit", .gauge, "Requests that may be in flight now.") { sink, labels in
            sink.requestLimit.map { [.init($0, labels)] } ?? []
        }
        family("written_bytes_total", .counter, "Bytes written, repeats and all.") { [.init($0.bytesWritten, $1)] }
        family("failing", .gauge, "Whether the sink backs off after failures.") { [.init($0.isFailing ? 1 : 0, $1)] }
        family("failing_since_timestamp_seconds", .gauge, "Since when it does.") { sink, labels in
            sink.failingSince.map { [.init(seconds: $0, labels)] } ?? []
        }
    }

    /// By the names that every program uses, so that common dashboards show them.
    private func addProcess(to text: inout MetricsText) {
        text.family(
            "process_start_time_seconds", .gauge, "When the process started.", [.init(seconds: started)])
        text.family(
            "process_cpu_seconds_total", .counter, "Time that the process has computed.",
            [.init(seconds: process.cpuMicroseconds &* 1_000)])
        text.family(
            "process_resident_memory_bytes", .gauge, "Memory that the process holds.", [.init(process.residentBytes)])
        text.family("process_open_fds", .gauge, "Files that the process has open.", [.init(process.openFiles)])
        text.family("process_max_fds", .gauge, "Files that it may have open.", [.init(process.maxOpenFiles)])
    }
}
