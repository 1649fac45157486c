import Testing

@testable import LogfoldPipeline

@Suite("Metrics")
struct MetricsTests {
    @Test("are families of Prometheus's text format with help, type and escaped labels")
    func exact() {
        // By lines, so that a difference shows where it is.
        #expect(AgentStatus.madeUp.metrics.split(separator: "\n") == Self.madeUp.split(separator: "\n"))
        #expect(AgentStatus.madeUp.metrics.hasSuffix("process_max_fds 65536\n"))
    }

    @Test("of an agent without inputs and sinks have no families without samples")
    func empty() {
        let text = AgentStatus(version: "1", time: 0, started: 0, pid: 1).metrics
        #expect(!text.contains("logfold_input_") && !text.contains("logfold_sink_"))
        #expect(text.contains("\nlogfold_ready 0\n"))
    }

    @Test(
        "seconds are exact and no longer than they need be",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_500_000_000, "1.5"), (-1_500_000_000, "-1.5"),
            (1_795_341_600_123_000_000, "1795341600.123"), (Int64.min, "-9223372036.854775808"),
        ])
    func seconds(nanoseconds: Int64, text: String) {
        #expect(MetricsText.Sample(seconds: nanoseconds).value == text)
    }

    static let madeUp = #"""
        # HELP logfold_info The version of logfold.
        # TYPE logfold_info gauge
        logfold_info{version="1.2.3"} 1
        # HELP logfold_ready Whether the agent does its work, as /readyz says.
        # TYPE logfold_ready gauge
        logfold_ready 1
        # HELP logfold_reader_silence_seconds For how long the reader has not answered.
        # TYPE logfold_reader_silence_seconds gauge
        logfold_reader_silence_seconds 0
        # HELP logfold_reloads_total Reloads of the configuration, by what came of them.
        # TYPE logfold_reloads_total counter
        logfold_reloads_total{result="taken"} 2
        logfold_reloads_total{result="refused"} 1
        # HELP logfold_positions_failing Whether positions cannot be saved.
        # TYPE logfold_positions_failing gauge
        logfold_positions_failing 0
        # HELP logfold_log_dropped_lines_total Lines of the agent's own log that could not be written.
        # TYPE logfold_log_dropped_lines_total counter
        logfold_log_dropped_lines_total 1
        # HELP logfold_input_read_bytes_total Bytes read, after decompression.
        # TYPE logfold_input_read_bytes_total counter
        logfold_input_read_bytes_total{input="nova"} 1048576
        logfold_input_read_bytes_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_lines_total Lines of the events that have left the engine.
        # TYPE logfold_input_lines_total counter
        logfold_input_lines_total{input="nova"} 9000
        logfold_input_lines_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_events_total Events that have left the engine.
        # TYPE logfold_input_events_total counter
        logfold_input_events_total{input="nova"} 8000
        logfold_input_events_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_lag_bytes Bytes that wait to be read.
        # TYPE logfold_input_lag_bytes gauge
        logfold_input_lag_bytes{input="nova"} 2048
        logfold_input_lag_bytes{input="we\"ird\\\nname"} 10
        # HELP logfold_input_sources Files or streams that are read or watched.
        # TYPE logfold_input_sources gauge
        logfold_input_sources{input="nova"} 2
        logfold_input_sources{input="we\"ird\\\nname"} 1
        # HELP logfold_input_problems Problems with the input and its sources, as logfold status names them.
        # TYPE logfold_input_problems gauge
        logfold_input_problems{input="nova"} 0
        logfold_input_problems{input="we\"ird\\\nname"} 2
        # HELP logfold_input_lost_bytes_total Bytes that were lost before they could be read.
        # TYPE logfold_input_lost_bytes_total counter
        logfold_input_lost_bytes_total{input="nova"} 0
        logfold_input_lost_bytes_total{input="we\"ird\\\nname"} 77
        # HELP logfold_input_losses_total How often something was lost before it could be read.
        # TYPE logfold_input_losses_total counter
        logfold_input_losses_total{input="nova"} 0
        logfold_input_losses_total{input="we\"ird\\\nname"} 2
        # HELP logfold_input_safe_bytes_total Bytes whose events are in the spool or were left out, over all runs.
        # TYPE logfold_input_safe_bytes_total counter
        logfold_input_safe_bytes_total{input="nova"} 5000600
        logfold_input_safe_bytes_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_safe_lines_total Their lines.
        # TYPE logfold_input_safe_lines_total counter
        logfold_input_safe_lines_total{input="nova"} 45050
        logfold_input_safe_lines_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_safe_events_total The events of these, without those that were left out.
        # TYPE logfold_input_safe_events_total counter
        logfold_input_safe_events_total{input="nova"} 40000
        logfold_input_safe_events_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_left_out_events_total Events that a transform drops or no sink takes, over all runs.
        # TYPE logfold_input_left_out_events_total counter
        logfold_input_left_out_events_total{input="nova"} 37
        logfold_input_left_out_events_total{input="we\"ird\\\nname"} 0
        # HELP logfold_input_pinned_bytes Bytes on the disk that deleted files hold while they are read.
        # TYPE logfold_input_pinned_bytes gauge
        logfold_input_pinned_bytes{input="nova"} 0
        logfold_input_pinned_bytes{input="we\"ird\\\nname"} 5
        # HELP logfold_input_last_read_timestamp_seconds When the last bytes came.
        # TYPE logfold_input_last_read_timestamp_seconds gauge
        logfold_input_last_read_timestamp_seconds{input="nova"} 1795341600.25
        # HELP logfold_open_folds Events that are not complete yet.
        # TYPE logfold_open_folds gauge
        logfold_open_folds 3
        # HELP logfold_fold_bytes Bytes that open events and what waits behind them hold.
        # TYPE logfold_fold_bytes gauge
        logfold_fold_bytes 4096
        # HELP logfold_fold_max_bytes Bytes that they may hold.
        # TYPE logfold_fold_max_bytes gauge
        logfold_fold_max_bytes 8388608
        # HELP logfold_folded_events_total Events of more than one line.
        # TYPE logfold_folded_events_total counter
        logfold_folded_events_total 120
        # HELP logfold_unparsed_events_total Events that no format took.
        # TYPE logfold_unparsed_events_total counter
        logfold_unparsed_events_total 7
        # HELP logfold_redacted_events_total Events with something masked.
        # TYPE logfold_redacted_events_total counter
        logfold_redacted_events_total 13
        # HELP logfold_limited_patterns_total Patterns that were given up because a text would have taken too long.
        # TYPE logfold_limited_patterns_total counter
        logfold_limited_patterns_total 2
        # HELP logfold_transform_dropped_events_total Events that a transform has dropped.
        # TYPE logfold_transform_dropped_events_total counter
        logfold_transform_dropped_events_total{transform="drop_debug"} 11
        # HELP logfold_spool_bytes Bytes that wait for sinks.
        # TYPE logfold_spool_bytes gauge
        logfold_spool_bytes{type="memory"} 20971520
        # HELP logfold_spool_max_bytes Bytes that may wait.
        # TYPE logfold_spool_max_bytes gauge
        logfold_spool_max_bytes{type="memory"} 33554432
        # HELP logfold_spool_oldest_age_seconds For how long the oldest events have been waiting.
        # TYPE logfold_spool_oldest_age_seconds gauge
        logfold_spool_oldest_age_seconds{type="memory"} 125
        # HELP logfold_spool_full Whether inputs wait for room in the spool.
        # TYPE logfold_spool_full gauge
        logfold_spool_full{type="memory"} 0
        # HELP logfold_spool_held_by The sink that holds the spool, from half on.
        # TYPE logfold_spool_held_by gauge
        logfold_spool_held_by{sink="elastic"} 1
        # HELP logfold_spool_full_in_seconds When it is full if it goes on like this, from half on.
        # TYPE logfold_spool_full_in_seconds gauge
        logfold_spool_full_in_seconds{type="memory"} 75
        # HELP logfold_sink_emitted_events_total Events that have left the engine for the sink.
        # TYPE logfold_sink_emitted_events_total counter
        logfold_sink_emitted_events_total{sink="local",type="file"} 7989
        # HELP logfold_sink_delivered_events_total Events that the sink has safe.
        # TYPE logfold_sink_delivered_events_total counter
        logfold_sink_delivered_events_total{sink="local",type="file"} 7980
        logfold_sink_delivered_events_total{sink="elastic",type="elasticsearch"} 1
        # HELP logfold_sink_filtered_events_total Events that the sink's inputs and condition leave out.
        # TYPE logfold_sink_filtered_events_total counter
        logfold_sink_filtered_events_total{sink="local",type="file"} 4
        logfold_sink_filtered_events_total{sink="elastic",type="elasticsearch"} 0
        # HELP logfold_sink_dropped_events_total Events that were lost for the sink, by cause.
        # TYPE logfold_sink_dropped_events_total counter
        logfold_sink_dropped_events_total{sink="elastic",type="elasticsearch",cause="spool_full"} 6000
        logfold_sink_dropped_events_total{sink="elastic",type="elasticsearch",cause="too_large"} 1
        # HELP logfold_sink_dead_lettered_events_total Events that were refused for good and put aside.
        # TYPE logfold_sink_dead_lettered_events_total counter
        logfold_sink_dead_lettered_events_total{sink="local",type="file"} 0
        logfold_sink_dead_lettered_events_total{sink="elastic",type="elasticsearch"} 2
        # HELP logfold_sink_sent_events_total Events sent to a server, repeats and all.
        # TYPE logfold_sink_sent_events_total counter
        logfold_sink_sent_events_total{sink="elastic",type="elasticsearch"} 1234
        # HELP logfold_sink_found_events_total Events that the server had already, by when that was seen.
        # TYPE logfold_sink_found_events_total counter
        logfold_sink_found_events_total{sink="elastic",type="elasticsearch",sending="repeat"} 17
        logfold_sink_found_events_total{sink="elastic",type="elasticsearch",sending="first"} 19
        # HELP logfold_sink_failure_stored_events_total Events that the server took but could not index.
        # TYPE logfold_sink_failure_stored_events_total counter
        logfold_sink_failure_stored_events_total{sink="elastic",type="elasticsearch"} 23
        # HELP logfold_sink_handed_over_events_total Events that the server said to have before they were safe.
        # TYPE logfold_sink_handed_over_events_total counter
        logfold_sink_handed_over_events_total{sink="elastic",type="elasticsearch"} 29
        # HELP logfold_sink_resent_events_total Events sent again that the server may have twice.
        # TYPE logfold_sink_resent_events_total counter
        logfold_sink_resent_events_total{sink="elastic",type="elasticsearch"} 31
        # HELP logfold_sink_waiting_events Events in the spool that the sink has not acknowledged, and held ones.
        # TYPE logfold_sink_waiting_events gauge
        logfold_sink_waiting_events{sink="local",type="file"} 5
        logfold_sink_waiting_events{sink="elastic",type="elasticsearch"} 1985
        # HELP logfold_sink_waiting_bytes Their bytes.
        # TYPE logfold_sink_waiting_bytes gauge
        logfold_sink_waiting_bytes{sink="local",type="file"} 512
        logfold_sink_waiting_bytes{sink="elastic",type="elasticsearch"} 20000000
        # HELP logfold_sink_held_events Those of them that are refused for a reason that may pass, by reason.
        # TYPE logfold_sink_held_events gauge
        logfold_sink_held_events{sink="elastic",type="elasticsearch",reason="404 no such index"} 9
        logfold_sink_held_events{sink="elastic",type="elasticsearch",reason="403 blocked"} 3
        # HELP logfold_sink_sends_total Tries to bring something to safety.
        # TYPE logfold_sink_sends_total counter
        logfold_sink_sends_total{sink="local",type="file"} 21
        logfold_sink_sends_total{sink="elastic",type="elasticsearch"} 10
        # HELP logfold_sink_failures_total Tries that failed.
        # TYPE logfold_sink_failures_total counter
        logfold_sink_failures_total{sink="local",type="file"} 0
        logfold_sink_failures_total{sink="elastic",type="elasticsearch"} 9
        # HELP logfold_sink_request_limit Requests that may be in flight now.
        # TYPE logfold_sink_request_limit gauge
        logfold_sink_request_limit{sink="elastic",type="elasticsearch"} 3
        # HELP logfold_sink_written_bytes_total Bytes written, repeats and all.
        # TYPE logfold_sink_written_bytes_total counter
        logfold_sink_written_bytes_total{sink="local",type="file"} 2097152
        logfold_sink_written_bytes_total{sink="elastic",type="elasticsearch"} 0
        # HELP logfold_sink_failing Whether the sink backs off after failures.
        # TYPE logfold_sink_failing gauge
        logfold_sink_failing{sink="local",type="file"} 0
        logfold_sink_failing{sink="elastic",type="elasticsearch"} 1
        # HELP logfold_sink_failing_since_timestamp_seconds Since when it does.
        # TYPE logfold_sink_failing_since_timestamp_seconds gauge
        logfold_sink_failing_since_timestamp_seconds{sink="elastic",type="elasticsearch"} 1795341475.5
        # HELP process_start_time_seconds When the process started.
        # TYPE process_start_time_seconds gauge
        process_start_time_seconds 1795338000.5
        # HELP process_cpu_seconds_total Time that the process has computed.
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 1.234
        # HELP process_resident_memory_bytes Memory that the process holds.
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes 20000000
        # HELP process_open_fds Files that the process has open.
        # TYPE process_open_fds gauge
        process_open_fds 14
        # HELP process_max_fds Files that it may have open.
        # TYPE process_max_fds gauge
        process_max_fds 65536
        """#
}
