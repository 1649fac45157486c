package import LogfoldConfig
package import LogfoldParsing

/// What every sink takes: `inputs:` and `condition:`.
package struct RouteOptions: Sendable {
    /// The inputs whose events the sink takes; empty for all.
    package let inputs: [String]
    /// Which of their events it takes; nil for all.
    package let condition: Condition?

    /// Reads what a sink takes, in a configuration with these inputs.
    package init(_ sink: ConfigSection, inputs known: [String]) {
        inputs = sink.inputs(of: known)
        condition = sink.condition("condition")
    }
}

extension RoutePlan {
    /// How many sinks there can be: an event has a bit for each.
    package static let mostSinks = 64

    /// The plan of a configuration: what inputs add to their events, the steps, and the ways to the sinks.
    package init(
        inputs: [(name: String, fields: AddedFields)], steps: [Transform],
        sinks: [(name: String, bit: UInt64, options: RouteOptions)]
    ) {
        let constants = inputs.filter { !$0.fields.isEmpty }.map { input in
            Transform(name: input.name, inputs: [input.name], action: .add(input.fields, when: nil))
        }
        let routes = sinks.map { sink in
            Route(name: sink.name, bit: sink.bit, inputs: sink.options.inputs, condition: sink.options.condition)
        }
        self.init(transforms: constants + steps, routes: routes)
    }
}
