import LogfoldCore
package import LogfoldParsing

/// How the sources of an input are read.
package struct InputReading: Sendable {
    /// The input's name.
    package var input: String
    /// Format, zone, limits.
    package var options: EngineOptions
    /// What every event says of the machine and the agent.
    package var host: HostFacts
    /// `service.name` by configuration; else the path tells it.
    package var service: String?

    /// A reading with these options.
    package init(input: String, options: EngineOptions, host: HostFacts, service: String?) {
        self.input = input
        self.options = options
        self.host = host
        self.service = service
    }

    func facts(of source: SourceDescription) -> SourceFacts {
        var facts = SourceFacts(zone: options.timeZoneName, service: service ?? source.service)
        facts.input = input
        facts.host = SourceFacts.escaped(host.name)
        facts.members = host.members
        facts.path = SourceFacts.escaped(source.path)
        facts.identity = SourceFacts.Identity(
            host: host.identity, logicalPath: Array(source.logicalPath.utf8), generation: source.generation)
        return facts
    }
}
