/// What is done with every event before it leaves an engine, and to which sinks it goes: the configuration's
/// `transforms:`, and each sink's `inputs:` and `condition:`.
///
/// The transforms are taken in order. A sink's condition sees the event as the last one left it, which is the event
/// that the sink would get: so whoever decides later, on the event's JSON, comes to the same answer.
package struct RoutePlan: Sendable {
    /// A step.
    package struct Transform: Sendable {
        /// The name in the configuration.
        package var name: String
        /// The inputs whose events it takes; empty for all.
        package var inputs: [String]
        /// What it does.
        package var action: Action

        /// A step for the events of these inputs, or of all.
        package init(name: String, inputs: [String] = [], action: Action) {
            self.name = name
            self.inputs = inputs
            self.action = action
        }
    }

    /// What a step does with an event.
    package enum Action: Sendable {
        /// Drops the events that meet the condition.
        case drop(Condition)
        /// Drops the events that do not.
        case keep(Condition)
        /// Adds fields, to the events that meet the condition if there is one.
        case add(AddedFields, when: Condition?)
        /// Masks secrets.
        case redact(SecretRules)

        /// Whether it drops events.
        package var isFilter: Bool {
            switch self {
            case .drop, .keep: true
            case .add, .redact: false
            }
        }

        fileprivate var condition: Condition? {
            switch self {
            case .drop(let condition), .keep(let condition): condition
            case .add(_, let condition): condition
            case .redact: nil
            }
        }
    }

    /// The way to a sink.
    package struct Route: Sendable {
        /// The sink's name in the configuration.
        package var name: String
        /// Its bit in ``Batch/Entry/routes``.
        package var bit: UInt64
        /// The inputs whose events it takes; empty for all.
        package var inputs: [String]
        /// Which of them it takes; nil for all.
        package var condition: Condition?

        /// A way to a sink.
        package init(name: String, bit: UInt64, inputs: [String] = [], condition: Condition? = nil) {
            self.name = name
            self.bit = bit
            self.inputs = inputs
            self.condition = condition
        }
    }

    /// The steps in their order.
    package var transforms: [Transform]
    /// The ways to all sinks; without any, events go everywhere.
    package var routes: [Route]

    /// A plan.
    package init(transforms: [Transform] = [], routes: [Route] = []) {
        self.transforms = transforms
        self.routes = routes
    }

    /// Whether nothing is asked of any event: no step, and every sink takes all.
    package var isTrivial: Bool {
        transforms.isEmpty && routes.allSatisfy { $0.inputs.isEmpty && $0.condition == nil }
    }

    /// All conditions: those of the transforms, then those of the routes.
    var conditions: [Condition?] { transforms.map(\.action.condition) + routes.map(\.condition) }
}

/// What became of the events under a plan.
package struct PlanCounts: Sendable, Equatable {
    /// By transform: events that a filter dropped, that fields were added to, or in which something was masked.
    package var transforms: [Int]
    /// By sink: events that its inputs and its condition left out.
    package var filtered: [Int]
    /// By sink: events that went to it.
    package var routed: [Int]
    /// Events that no filter dropped and that no sink takes; they are not written.
    package var unrouted = 0
    /// Patterns that were given up because a text would have taken too long.
    package var limited = 0

    /// Nothing yet.
    package init(_ plan: RoutePlan) {
        transforms = plan.transforms.map { _ in 0 }
        filtered = plan.routes.map { _ in 0 }
        routed = filtered
    }
}
