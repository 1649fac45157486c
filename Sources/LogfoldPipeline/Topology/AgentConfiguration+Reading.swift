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
        let constants = inputs.filter { !$0.options.fields.isEmpty }.map { input in
            RoutePlan.Transform(
                name: input.name, inputs: [input.name], action: .add(input.options.fields, when: nil))
        }
        let ways = sinks.compactMap { sink in
            routes[sink.name].map { bit in
                RoutePlan.Route(
                    name: sink.name, bit: bit, inputs: sink.takes.inputs, condition: sink.takes.condition)
            }
        }
        let plan = RoutePlan(transforms: constants + transforms, routes: ways)
        return plan.isTrivial ? nil : plan
    }
}
