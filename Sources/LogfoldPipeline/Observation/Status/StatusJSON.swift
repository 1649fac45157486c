import LogfoldCore
import LogfoldIO

/// The body of `/status`: an agent's status as JSON, described in Docs/observability.md. Times are RFC 3339, stretches
/// of time and sizes name their unit or are bytes; what is not there is left out.
package enum StatusJSON {
    /// A status as one line of JSON.
    package static func text(_ status: AgentStatus) -> String {
        var writer = JSONWriter()
        writer.object(nil) { root in
            root.value("version", status.version)
            root.value("pid", status.pid)
            root.value("state", status.state.rawValue)
            root.time("time", status.time)
            root.time("started", status.started)
            root.value("config_file", status.configurationFile)
            root.value("ready", status.unreadiness.isEmpty)
            root.texts("not_ready", status.unreadiness)
            root.value("reader_silence_ms", milliseconds(status.readerSilence))
            root.object("reload") { write(status.reload, to: &$0) }
            root.array("inputs") { list in for input in status.inputs { write(input, to: &list) } }
            root.array("transforms") { list in
                for transform in status.transforms {
                    list.object(nil) { item in
                        item.value("name", transform.name)
                        item.value("dropped_events", transform.dropped)
                    }
                }
            }
            root.array("sinks") { list in for sink in status.sinks { write(sink, to: &list) } }
            writeRest(status, to: &root)
        }
        return writer.text + "\n"
    }

    private static func milliseconds(_ nanoseconds: Int64) -> Int64 { nanoseconds / 1_000_000 }

    private static func write(_ reload: AgentStatus.ReloadStatus, to writer: inout JSONWriter) {
        writer.value("count", reload.count)
        writer.value("refused", reload.refused)
        writer.value("last_result", reload.lastResult?.rawValue)
        writer.time("last_time", reload.lastTime)
        writer.texts("problems", reload.problems)
    }

    private static func write(_ input: AgentStatus.Input, to list: inout JSONWriter) {
        list.object(nil) { item in
            item.value("name", input.name)
            item.value("read_bytes", input.totals.bytes)
            item.value("lines", input.totals.lines)
            item.value("events", input.totals.events)
            if input.totals.imbalance != 0 { item.value("imbalance", input.totals.imbalance) }
            item.value("lag_bytes", input.lag)
            item.value("lost_bytes", input.totals.lostBytes)
            item.value("losses", input.totals.losses)
            item.value("last_loss", input.totals.lastLoss)
            item.time("last_read", input.totals.lastRead)
            item.object("over_all_runs") { write(input.counts, to: &$0) }
            item.value("pinned_bytes", input.status.pinnedBytes)
            item.texts("problems", input.status.problems)
            item.array("sources") { list in
                for source in input.status.sources {
                    list.object(nil) { item in
                        item.value("path", source.path)
                        item.value("position", source.position)
                        item.value("lag_bytes", source.lag)
                        item.time("last_read", source.lastRead)
                        item.value("problem", source.problem)
                    }
                }
            }
        }
    }

    private static func write(_ counts: InputCounts, to item: inout JSONWriter) {
        item.value("bytes", counts.inEvents.bytes)
        item.value("lines", counts.inEvents.lines)
        item.value("events", counts.inEvents.events)
        item.value("left_out_bytes", counts.leftOut.bytes)
        item.value("left_out_lines", counts.leftOut.lines)
        item.value("left_out_events", counts.leftOut.events)
        item.value("lost_bytes", counts.lostBytes)
        item.value("losses", counts.losses)
    }

    private static func write(_ sink: AgentStatus.Sink, to list: inout JSONWriter) {
        list.object(nil) { item in
            item.value("name", sink.name)
            item.value("type", sink.type)
            item.value("emitted_events", sink.emitted)
            item.value("delivered_events", sink.delivered)
            item.value("filtered_events", sink.filtered)
            item.object("dropped_events") { causes in
                for (cause, count) in sink.dropped.sorted(by: { $0.key < $1.key }) { causes.value(cause, count) }
            }
            item.value("dead_lettered_events", sink.deadLettered)
            item.value("sent_events", sink.tally?.sent)
            item.value("repeated_events", sink.tally?.repeated)
            item.value("found_at_first_events", sink.tally?.foundAtFirst)
            item.value("failure_stored_events", sink.tally?.failureStored)
            item.value("handed_over_events", sink.tally?.handedOver)
            item.value("resent_events", sink.tally?.resent)
            item.value("waiting_events", sink.waiting)
            item.value("waiting_bytes", sink.waitingBytes)
            write(sink.held, to: &item)
            item.value("sends", sink.sends)
            item.value("failures", sink.failures)
            item.value("request_limit", sink.requestLimit)
            item.value("written_bytes", sink.bytesWritten)
            item.value("circuit", sink.isFailing ? "backing_off" : "ok")
            item.value("last_error", sink.lastError)
            item.time("failing_since", sink.failingSince)
            item.time("next_try", sink.nextTry)
        }
    }

    private static func write(_ held: HeldSummary, to item: inout JSONWriter) {
        guard held.events > 0 else { return }
        item.object("held") { item in
            item.value("events", held.events)
            item.value("bytes", held.bytes)
            item.time("since", held.since)
            item.time("next_try", held.nextTry)
            item.array("reasons") { list in
                for reason in held.reasons {
                    list.object(nil) { item in
                        item.value("reason", reason.text)
                        item.value("events", reason.events)
                    }
                }
            }
        }
    }

    private static func writeRest(_ status: AgentStatus, to root: inout JSONWriter) {
        root.object("spool") { item in
            item.value("type", status.spool.type)
            item.value("bytes", status.spool.bytes)
            item.value("max_bytes", status.spool.maxBytes)
            item.value("oldest_age_ms", status.spool.oldestAge.map(milliseconds))
            item.value("full", status.spool.isFull)
            item.value("reason", status.spool.reason)
        }
        root.object("positions") { item in
            item.time("last_saved", status.positions.lastSaved)
            item.value("problem", status.positions.problem)
        }
        root.object("engine") { item in
            item.value("open_folds", status.engine.openFolds)
            item.value("fold_bytes", status.engine.foldBytes)
            item.value("fold_max_bytes", status.engine.maxFoldBytes)
            item.value("folded_events", status.engine.folded)
            item.value("unparsed_events", status.engine.unparsed)
            item.value("redacted_events", status.engine.redacted)
            item.value("limited_patterns", status.engine.limitedPatterns)
        }
        root.object("process") { item in
            item.value("resident_bytes", status.process.residentBytes)
            item.value("cpu_ms", status.process.cpuMicroseconds / 1_000)
            item.value("open_files", status.process.openFiles)
            item.value("max_open_files", status.process.maxOpenFiles)
        }
        root.value("dropped_log_lines", status.droppedLogLines)
    }
}
