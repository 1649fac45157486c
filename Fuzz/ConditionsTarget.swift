import LogfoldCore
import LogfoldParsing

/// The first line is a condition, a key or a pattern; the rest is a log and, line by line, what claims to be an event.
///
/// A text is a condition or an error at a place inside it. The engine decides as the event's JSON does. What is masked
/// stays an event.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConditions(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { bytes in
        let end = bytes.index(of: 0x0A, from: 0, to: count)
        let text = bytes.string(ByteRange(0, end))
        let log = bytes.extracting(min(end + 1, count)..<count)
        if let condition = parse(text) {
            requireAgreement(condition, log)
            readEvents(condition, log)
        }
        if let rules = try? SecretRules(keys: text.count < 20 ? [text] : [], patterns: [text]) { mask(rules, log) }
    }
    return 0
}

private func parse(_ text: String) -> Condition? {
    do throws(ConditionError) {
        return try Condition(text)
    } catch {
        let last = text.unicodeScalars.count + 1
        FuzzInput.require(1...last ~= error.column, "an error lies in the text")
        FuzzInput.require(!error.text.isEmpty, "an error says something")
        return nil
    }
}

private func requireAgreement(_ condition: Condition, _ log: RawSpan) {
    var evaluator = ConditionEvaluator([condition])
    let routes = [RoutePlan.Route(name: "some", bit: 1, condition: condition), RoutePlan.Route(name: "all", bit: 2)]
    run(RoutePlan(routes: routes), log) { line, entry in
        evaluator.begin()
        let range = ByteRange(Int(entry.start), Int(entry.start) + Int(entry.length))
        FuzzInput.require(
            evaluator.holds(0, line, range) == (entry.routes & 1 == 1), "the engine and the event agree")
    }
}

private func readEvents(_ condition: Condition, _ log: RawSpan) {
    var evaluator = ConditionEvaluator([condition])
    var at = 0
    while at < log.byteCount {
        let end = log.index(of: 0x0A, from: at, to: log.byteCount)
        evaluator.begin()
        let answer = evaluator.holds(0, log, ByteRange(at, end))
        FuzzInput.require(evaluator.holds(0, log, ByteRange(at, end)) == answer, "an answer stays")
        at = end + 1
    }
}

private func mask(_ rules: SecretRules, _ log: RawSpan) {
    var options = RoutePlan()
    options.transforms = [RoutePlan.Transform(name: "redact", action: .redact(rules))]
    run(options, log) { line, entry in
        var reader = JSONReader(ByteRange(Int(entry.start), Int(entry.start) + Int(entry.length)))
        while true {
            switch reader.next(line) {
            case .end: return
            case .invalid: return FuzzInput.require(false, "what is masked stays JSON")
            default: continue
            }
        }
    }
}

private func run(_ plan: RoutePlan, _ log: RawSpan, _ check: (RawSpan, Batch.Entry) -> Void) {
    var options = EngineOptions()
    options.plan = plan
    options.keepsOriginal = true
    var engine = Engine(options: options)
    engine.open(source: 0)
    func take(_ batch: Batch) {
        batch.withLines { (line: RawSpan) in
            for entry in batch.entries { check(line, entry) }
        }
    }
    engine.push(log, source: 0, at: 0, take)
    engine.finish(source: 0, take)
}
