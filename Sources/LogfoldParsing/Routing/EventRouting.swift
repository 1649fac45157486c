import LogfoldCore

/// Carries out a ``RoutePlan`` for one event after the other.
///
/// What an event's head tells is asked before the event is written, so that what a filter drops by level or service
/// costs next to nothing. All else is asked of the event's JSON, as it would be by a sink.
final class EventRouting {
    /// What became of an event.
    struct Outcome {
        /// The bits of the sinks it goes to; none: it is to be forgotten.
        var routes: UInt64
        /// Whether something in it was masked.
        var isMasked = false
    }

    /// The steps and ways for the events of one input.
    private struct Program {
        let input: String
        /// Numbers of transforms and of routes.
        let transforms: [Int]
        let routes: [Int]
        /// Routes that take no events of this input.
        let others: [Int]
    }

    /// Where a source's program is, to be looked up once for each source and plan.
    struct Place {
        fileprivate var routing = -1
        fileprivate var program = 0

        /// No place yet.
        init() {}
    }

    let plan: RoutePlan
    /// Told apart from other plans of the same engine by this.
    private let number: Int
    private var tally: PlanCounts
    private var programs: [Program] = []
    private var evaluator: ConditionEvaluator
    /// The number of each transform's and each route's condition in the evaluator; -1 for none.
    private let conditions: [Int]
    private let seesAddedFields: [Bool]
    private var additions: PendingFields
    private var masker = EventMasker()

    init(_ plan: RoutePlan, number: Int) {
        self.plan = plan
        self.number = number
        tally = PlanCounts(plan)
        let all = plan.conditions
        evaluator = ConditionEvaluator(all.compactMap { $0 })
        var next = -1
        conditions = all.map { condition in
            if condition != nil { next += 1 }
            return condition == nil ? -1 : next
        }
        seesAddedFields = all.map { $0?.seesAddedFields == true }
        additions = PendingFields(plan)
    }

    /// What became of the events so far.
    var counts: PlanCounts {
        var counts = tally
        counts.limited = evaluator.limited + masker.limited
        return counts
    }

    /// By route, the events that were left out for it so far.
    var filtered: [Int] { tally.filtered }

    private func program(of source: inout SourceContext) -> Int {
        if source.place.routing != number {
            source.place.routing = number
            source.place.program = program(for: source.origin.facts.input)
        }
        return source.place.program
    }

    private func program(for input: String) -> Int {
        if let known = programs.firstIndex(where: { $0.input == input }) { return known }
        func takes(_ inputs: [String]) -> Bool { inputs.isEmpty || inputs.contains(input) }
        programs.append(
            Program(
                input: input, transforms: plan.transforms.indices.filter { takes(plan.transforms[$0].inputs) },
                routes: plan.routes.indices.filter { takes(plan.routes[$0].inputs) },
                others: plan.routes.indices.filter { !takes(plan.routes[$0].inputs) }))
        return programs.count - 1
    }
}

// MARK: - Before the event is written

extension EventRouting {
    /// Begins with an event that the sinks of these route bits have not got yet; false where its head tells that it goes
    /// nowhere. Only ``finish(_:from:_:_:)`` may follow.
    func admits(
        _ bytes: RawSpan, _ record: borrowing Record, _ missing: UInt64, _ source: inout SourceContext
    ) -> Bool {
        let program = program(of: &source)
        evaluator.begin()
        evaluator.takeHead(bytes, record, source.origin.facts)
        for transform in programs[program].transforms {
            let answer: ConditionEvaluator.Answer
            switch plan.transforms[transform].action {
            case .drop: answer = evaluator.headAnswer(conditions[transform])
            case .keep:
                switch evaluator.headAnswer(conditions[transform]) {
                case .yes: answer = .no
                case .no: answer = .yes
                case .open: answer = .open
                }
            case .add, .redact: continue
            }
            switch answer {
            case .no: continue
            // Which of two filters drops an event is counted: the first of them has to be asked first.
            case .open: return true
            case .yes:
                tally.transforms[transform] += 1
                return false
            }
        }
        return mayBeRouted(program, missing)
    }

    /// Whether a sink may take an event that no filter drops.
    private func mayBeRouted(_ program: Int, _ missing: UInt64) -> Bool {
        guard !plan.routes.isEmpty else { return true }
        for route in programs[program].routes {
            let condition = conditions[plan.transforms.count + route]
            if condition < 0 || evaluator.headAnswer(condition) != .no { return true }
        }
        for route in plan.routes.indices { leaveOut(route, missing) }
        tally.unrouted += 1
        return false
    }

    /// Counts an event that a route does not take; where its sink has had its turn with it before, it was counted then.
    private func leaveOut(_ route: Int, _ missing: UInt64) {
        if plan.routes[route].bit & missing != 0 { tally.filtered[route] += 1 }
    }
}

// MARK: - When it is written

extension EventRouting {
    /// Takes an event that `output` holds from `start` to its end through the steps, and says where it goes. One that
    /// goes nowhere is still there. What is left out counts for the sinks of the bits `missing`.
    func finish(
        _ output: inout ByteBuffer, from start: Int, _ missing: UInt64, _ source: inout SourceContext
    ) -> Outcome {
        let program = program(of: &source)
        additions.begin()
        return take(&output, from: start, program, missing, isMembersKnown: true)
    }

    /// The same for an event that logfold has written before: whatever it holds.
    func finishOwn(
        _ output: inout ByteBuffer, from start: Int, _ missing: UInt64, _ source: inout SourceContext
    ) -> Outcome {
        let program = program(of: &source)
        evaluator.begin()
        additions.begin()
        return take(&output, from: start, program, missing, isMembersKnown: false)
    }

    private func take(
        _ output: inout ByteBuffer, from start: Int, _ program: Int, _ missing: UInt64, isMembersKnown: Bool
    ) -> Outcome {
        var isMasked = false
        for transform in programs[program].transforms {
            let condition = conditions[transform]
            let isMet = condition < 0 || holds(condition, transform, &output, start)
            switch plan.transforms[transform].action {
            case .drop:
                if isMet { return drop(transform) }
            case .keep:
                if !isMet { return drop(transform) }
            case .add where !isMet: break
            case .add:
                tally.transforms[transform] += 1
                if isMembersKnown {
                    additions.add(transform)
                } else {
                    additions.merge(transform, into: &output, from: start)
                    evaluator.forgetText()
                }
            case .redact(let rules):
                additions.takeBack(&output)
                guard masker.mask(rules, &output, from: start) else { break }
                tally.transforms[transform] += 1
                isMasked = true
                evaluator.forgetText()
            }
        }
        if additions.write(to: &output) { evaluator.forgetText() }
        return Outcome(routes: routes(output, start, program, missing), isMasked: isMasked)
    }

    private func drop(_ transform: Int) -> Outcome {
        tally.transforms[transform] += 1
        return Outcome(routes: 0)
    }

    /// Asks a transform's condition; what was added before is written first where it can matter.
    private func holds(_ condition: Int, _ transform: Int, _ output: inout ByteBuffer, _ start: Int) -> Bool {
        if seesAddedFields[transform], additions.write(to: &output) { evaluator.forgetText() }
        return holds(condition, output, start)
    }

    private func holds(_ condition: Int, _ output: borrowing ByteBuffer, _ start: Int) -> Bool {
        let line = ByteRange(start, output.count)
        return output.withPaddedSpan { evaluator.holds(condition, $0, line) }
    }

    private func routes(
        _ output: borrowing ByteBuffer, _ start: Int, _ program: Int, _ missing: UInt64
    ) -> UInt64 {
        guard !plan.routes.isEmpty else { return .max }
        var routes: UInt64 = 0
        for route in programs[program].routes {
            let condition = conditions[plan.transforms.count + route]
            if condition < 0 || holds(condition, output, start) {
                routes |= plan.routes[route].bit
                tally.routed[route] += 1
            } else {
                leaveOut(route, missing)
            }
        }
        for route in programs[program].others { leaveOut(route, missing) }
        if routes == 0 { tally.unrouted += 1 }
        return routes
    }
}
