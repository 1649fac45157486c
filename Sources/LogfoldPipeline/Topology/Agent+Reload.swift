import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldSpool

/// Why a configuration is not gone over to.
package struct ReloadRefusal: Error {
    /// Each with file, line and column.
    package var problems: [String]

    /// A refusal for these problems.
    package init(problems: [String]) { self.problems = problems }
}

extension Agent {
    /// Reads the configuration again and goes over to it: what is the same goes on, a wrong one changes nothing.
    func reload() {
        surroundings.notifier.reloading(monotonic: surroundings.clock.monotonic)
        show(.reloading)
        defer {
            show(.running)
            surroundings.notifier.ready(status: summary)
        }
        let fresh: AgentConfiguration
        do throws(ReloadRefusal) {
            fresh = try load()
        } catch {
            for problem in error.problems {
                surroundings.diagnostics.error("Wrong configuration", [("problem", problem)])
            }
            surroundings.diagnostics.error("The new configuration is refused; the old one goes on", [("file", path)])
            note(.refused, error.problems)
            return
        }
        let restarts = fixedSettings(fresh)
        let old = configuration
        configuration = fresh
        changeSinks(from: old)
        let plan = configuration.plan(routes)
        let spoolSinks = configuration.spoolSinks(routes)
        reader.perform { $0.follow(plan, to: spoolSinks) }
        changeInputs(from: old)
        note(.taken, restarts)
        surroundings.diagnostics.info("Reloaded", [])
    }

    private func note(_ result: AgentStatus.ReloadStatus.Result, _ problems: [String]) {
        let now = surroundings.clock.now
        board.change { facts in
            facts.reload.count += 1
            if result == .refused { facts.reload.refused += 1 }
            facts.reload.lastResult = result
            facts.reload.lastTime = now
            facts.reload.problems = problems
        }
    }

    /// Says which new settings count only after a restart.
    private func fixedSettings(_ fresh: AgentConfiguration) -> [String] {
        let fixed = [
            ("data_dir", configuration.dataDirectory != fresh.dataDirectory),
            ("fold_memory", configuration.foldMemory != fresh.foldMemory),
            ("spool", configuration.spool != fresh.spool),
            ("metrics.listen", configuration.metricsAddress != fresh.metricsAddress),
        ]
        let changed = fixed.filter(\.1).map(\.0)
        for name in changed {
            surroundings.diagnostics.warning("This setting changes only with a restart", [("setting", name)])
        }
        return changed.map { "\($0) changes only with a restart" }
    }

    /// A sink that is gone keeps what it has acknowledged; one that has changed goes on from there.
    private func changeSinks(from old: AgentConfiguration) {
        let unchanged = sinks.filter { running in
            configuration.sinks.contains { $0.name == running.configured.name && $0.isMade(like: running.configured) }
        }
        for running in sinks where !unchanged.contains(where: { $0 === running }) {
            running.runner.stop()
            let limit = surroundings.clock.monotonic + configuration.shutdownTimeout.nanoseconds
            if !running.waitForEnd(until: limit) {
                surroundings.diagnostics.warning(
                    "The old sink hangs in a write and is left alone", [("sink", running.configured.name)])
            }
            let isGone = !configuration.sinks.contains { $0.name == running.configured.name }
            if isGone { release(running.configured.name) }
        }
        sinks = unchanged
        for sink in configuration.sinks where !unchanged.contains(where: { $0.configured.name == sink.name }) {
            do throws(FileSystemError) {
                try start(sink)
            } catch {
                surroundings.diagnostics.error(
                    "The sink cannot be started", [("sink", sink.name), ("error", "\(error)")])
            }
        }
    }

    /// A sink that is gone from the configuration keeps what waits for it.
    private func release(_ name: String) {
        spool.detach(sink: name)
        guard let waiting = spool.backlogs()[name]?.events, waiting > 0 else { return }
        surroundings.diagnostics.warning(
            "Events wait for a sink that is gone from the configuration, and hold the spool",
            [("sink", name), ("events", "\(waiting)")])
    }

    private func changeInputs(from old: AgentConfiguration) {
        for input in old.inputs where !configuration.inputs.contains(where: { $0.name == input.name }) {
            let name = input.name
            reader.perform { $0.release(name) }
        }
        for input in configuration.inputs {
            let before = old.inputs.first { $0.name == input.name }
            if let before, before.isMade(like: input), !isReadOtherwise(input, than: old) { continue }
            replace(input)
        }
    }

    /// Whether what stands elsewhere in the configuration changes how an input is read.
    private func isReadOtherwise(_ input: AgentConfiguration.NamedInput, than old: AgentConfiguration) -> Bool {
        configuration.keepsOriginal != old.keepsOriginal
            || configuration.timezone != old.timezone && !input.section.keys.contains("timezone")
    }

    /// A changed input goes on behind all that the old one has put into the spool: that is not lost, and not read
    /// again.
    private func replace(_ input: AgentConfiguration.NamedInput) {
        let context = InputContext(
            name: input.name, restored: [], isFirstRun: false, files: surroundings.files, clock: surroundings.clock,
            diagnostics: surroundings.diagnostics)
        let reading = configuration.reading(of: input, host: surroundings.host)
        let (spool, options) = (spool, input.options)
        reader.perform { loop in
            loop.replace(context.name, reading) { isFirst in
                var context = context
                context.restored = spool.latestCheckpoints(ofInput: context.name).map(RestoredSource.init(latest:))
                context.isFirstRun = isFirst && context.restored.isEmpty
                return options.make(context)
            }
        }
    }
}

extension RestoredSource {
    /// A source behind all that the spool has of it.
    init(latest checkpoint: SourceCheckpoint) {
        let delivered = (routes: UInt64.max, position: checkpoint.position)
        self.init(
            checkpoint: checkpoint, resume: ResumePoint(position: checkpoint.position, delivered: [delivered]))
    }
}

extension AgentConfiguration.NamedSink {
    /// Whether a running sink of those settings serves for these.
    fileprivate func isMade(like other: Self) -> Bool {
        section.isSame(as: other.section)
    }
}

extension AgentConfiguration.NamedInput {
    /// Whether a running input of those settings serves for these.
    fileprivate func isMade(like other: Self) -> Bool { section.isSame(as: other.section) }
}
