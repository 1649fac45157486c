import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport

/// What an engine with a plan makes of a log: its events with their routes, and its counts.
struct PlannedRun {
    /// An event that was written.
    struct Written {
        let line: String
        let routes: UInt64

        subscript(_ path: String) -> String? { EventLine(Array(line.utf8)[...])?[path] }
    }

    private(set) var events: [Written] = []
    private(set) var counts: PlanCounts?
    private(set) var engineCounts = EventCounts()

    /// Reads a log as the source of an input.
    init(
        _ bytes: [UInt8], _ plan: RoutePlan?, input: String = "", service: String? = nil, path: String? = nil,
        _ change: (inout EngineOptions) -> Void = { _ in }
    ) {
        var options = EngineOptions.judged
        options.plan = plan
        change(&options)
        var engine = Engine(options: options)
        var facts = SourceFacts(zone: "UTC", service: service)
        facts.input = input
        facts.path = path.map(SourceFacts.escaped)
        engine.open(source: 0, facts: facts)
        var events: [Written] = []
        engine.push(bytes.span.bytes, source: 0, at: 0) { events += $0.written }
        engine.finish(source: 0) { events += $0.written }
        self.events = events
        counts = engine.planCounts
        engineCounts = engine.counts
    }

    init(_ text: String, _ plan: RoutePlan?, input: String = "", service: String? = nil) {
        self.init(Array(text.utf8), plan, input: input, service: service)
    }

    /// The messages.
    var messages: [String] { events.map { $0["message"] ?? "-" } }
}

extension Batch {
    fileprivate var written: [PlannedRun.Written] {
        withLines { (bytes: RawSpan) in
            entries.map { entry in
                let range = entry.json
                return PlannedRun.Written(line: bytes.string(range), routes: entry.routes)
            }
        }
    }
}

extension RoutePlan {
    /// A plan of one step.
    init(_ action: Action, inputs: [String] = []) {
        self.init(transforms: [Transform(name: "step", inputs: inputs, action: action)])
    }

    /// A plan of steps for all inputs.
    init(_ actions: [Action]) { self.init(transforms: actions.map { Transform(name: "step", action: $0) }) }
}

/// A line of no format, and records of two services and four levels, the last one with a traceback.
let mixedLog = """
    zero
    2026-11-22 16:59:18.001 1 DEBUG nova.compute.manager [-] one
    2026-11-22 16:59:18.002 1 INFO nova.compute.manager [-] two
    2026-11-22 16:59:18.003 1 WARNING neutron.agent [-] three
    2026-11-22 16:59:18.004 1 ERROR neutron.agent [-] four
    2026-11-22 16:59:18.004 1 ERROR neutron.agent Traceback (most recent call last):
    2026-11-22 16:59:18.004 1 ERROR neutron.agent   File "/a.py", line 3, in f
    2026-11-22 16:59:18.004 1 ERROR neutron.agent KeyError: 'x'

    """
