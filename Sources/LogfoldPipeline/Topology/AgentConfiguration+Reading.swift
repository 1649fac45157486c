import LogfoldParsing

extension AgentConfiguration {
    /// How the sources of an input are read.
    func reading(of input: NamedInput, host: HostFacts) -> InputReading {
        var options = input.options.engine
        options.fold.memory = foldMemory
        options.keepsOriginal = keepsOriginal
        return InputReading(input: input.name, options: options, host: host, service: input.options.service)
    }

    /// Whether a sink asks for the original lines.
    var keepsOriginal: Bool { sinks.contains { $0.options.needsOriginal } }

    /// What is done with events, and where they go; nil where that is nothing and everywhere.
    func plan(_ routes: RouteTable) -> RoutePlan? {
        let plan = RoutePlan(
            inputs: inputs.map { ($0.name, $0.options.fields) }, steps: transforms,
            sinks: sinks.compactMap { sink in routes[sink.name].map { (sink.name, $0, sink.takes) } })
        return plan.isTrivial ? nil : plan
    }
}
