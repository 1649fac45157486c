package import LogfoldIO

/// What the agent is run with: the seams to the machine.
package struct Surroundings: Sendable {
    /// Files.
    package var files: any FileSystem
    /// Time.
    package var clock: any Clock
    /// The agent's own log.
    package var diagnostics: Diagnostics
    /// The service manager.
    package var notifier: ServiceNotifier
    /// What every event says of the machine and the agent.
    package var host: HostFacts

    /// The surroundings of a run.
    package init(
        files: any FileSystem, clock: any Clock, diagnostics: Diagnostics, notifier: ServiceNotifier, host: HostFacts
    ) {
        self.files = files
        self.clock = clock
        self.diagnostics = diagnostics
        self.notifier = notifier
        self.host = host
    }
}
