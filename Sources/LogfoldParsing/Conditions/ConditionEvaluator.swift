import LogfoldCore

/// Answers conditions for one event after the other: from its JSON, which is read at most once, and where it can be
/// told from the head already, before there is any.
///
/// The conditions are given once and named by their number. An event begins with ``begin()``.
package struct ConditionEvaluator: ~Copyable {
    /// What is known of a comparison.
    enum Answer {
        case yes, no
        /// The event has to be read first.
        case open
    }

    private let conditions: [Condition]
    /// All tests of all conditions, and where those of each condition begin.
    private let tests: [ConditionTest]
    private let firstTests: [Int]
    /// The tests that the head can answer.
    private let headTests: [Int]
    private var answers: [Answer]
    private var view = EventView()
    private var isRead = false
    private var text = ByteBuffer()
    private var matcher = PatternMatcher()

    /// An evaluator of these conditions.
    package init(_ conditions: [Condition]) {
        self.conditions = conditions
        var tests: [ConditionTest] = []
        firstTests = conditions.map { condition in
            defer { tests += condition.tests }
            return tests.count
        }
        self.tests = tests
        headTests = tests.indices.filter { HeadField(tests[$0].field) != nil }
        answers = tests.map { _ in .open }
    }

    /// How often a pattern was given up because it would have taken too long; such a text counts as not matching.
    package var limited: Int { matcher.limited }

    /// Begins with the next event.
    package mutating func begin() {
        isRead = false
        for test in answers.indices { answers[test] = .open }
    }

    /// Forgets what was read of the event, because it has been changed. What the head answers does not change.
    mutating func forgetText() {
        isRead = false
        for test in answers.indices where HeadField(tests[test].field) == nil { answers[test] = .open }
    }

    /// Whether the event at `range` of `line`, which holds its JSON, meets the condition of this number.
    package mutating func holds(_ condition: Int, _ line: RawSpan, _ range: ByteRange) -> Bool {
        let root = conditions[condition].nodes.count - 1
        return answer(condition, root, line, range) == .yes
    }

    /// The answer of the condition of this number as far as the head tells it.
    mutating func headAnswer(_ condition: Int) -> Answer {
        answer(condition, conditions[condition].nodes.count - 1)
    }

    // MARK: - Steps

    private mutating func answer(_ condition: Int, _ node: Int, _ line: RawSpan, _ range: ByteRange) -> Answer {
        switch conditions[condition].nodes[node] {
        case .test(let number):
            let test = firstTests[condition] + number
            if answers[test] == .open { answers[test] = evaluate(tests[test], line, range) ? .yes : .no }
            return answers[test]
        case .not(let inside): return answer(condition, inside, line, range) == .yes ? .no : .yes
        case .and(let left, let right):
            return answer(condition, left, line, range) == .no ? .no : answer(condition, right, line, range)
        case .or(let left, let right):
            return answer(condition, left, line, range) == .yes ? .yes : answer(condition, right, line, range)
        }
    }

    /// The same without reading: one side may settle it though the other is open.
    private func answer(_ condition: Int, _ node: Int) -> Answer {
        switch conditions[condition].nodes[node] {
        case .test(let number): return answers[firstTests[condition] + number]
        case .not(let inside):
            switch answer(condition, inside) {
            case .yes: return .no
            case .no: return .yes
            case .open: return .open
            }
        case .and(let left, let right):
            let first = answer(condition, left)
            if first == .no { return .no }
            let second = answer(condition, right)
            return second == .no || first == .yes ? second : .open
        case .or(let left, let right):
            let first = answer(condition, left)
            if first == .yes { return .yes }
            let second = answer(condition, right)
            return second == .yes || first == .no ? second : .open
        }
    }
}

// MARK: - From the JSON

extension ConditionEvaluator {
    /// Whether the event meets one comparison. A field that is not there meets none.
    private mutating func evaluate(_ test: ConditionTest, _ line: RawSpan, _ range: ByteRange) -> Bool {
        if !isRead {
            // What is no event has no fields.
            if !view.read(line, range) { view = EventView() }
            isRead = true
        }
        guard let value = view.value(at: test.field.path) else { return false }
        if test.operation == .exists { return true }
        switch test.field.kind {
        case .level: return level(test, value, line)
        case .time:
            guard case .string(let text) = value, let time = EventTime.nanoseconds(line, text) else { return false }
            return test.holds(time: time)
        case .number, .text, .list, .any: return holds(test, value, line)
        }
    }

    private mutating func holds(_ test: ConditionTest, _ value: EventView.Value, _ line: RawSpan) -> Bool {
        switch value {
        case .string(let text): return holds(test, text: text, line)
        case .number(let text):
            if let number = FieldNumber(line, text), test.holds(number: number) { return true }
            // A quoted operand means the number as it is printed.
            return test.field.kind == .any && test.holds(line, text, &matcher)
        case .bool(let flag): return test.operation == .equal && test.operands.contains(.flag(flag))
        case .json(let list): return anyElement(of: list, meets: test, line)
        }
    }

    /// A text that a log put there may be a number: then it compares as one with numbers.
    private mutating func holds(_ test: ConditionTest, text: ByteRange, _ line: RawSpan) -> Bool {
        if test.field.kind == .any || test.field.kind == .number, let number = FieldNumber(line, text),
            test.holds(number: number)
        {
            return true
        }
        guard line.index(of: UInt8(ascii: "\\"), from: text.start, to: text.end) < text.end else {
            return isHeld(test, line, text)
        }
        self.text.removeAll()
        _ = self.text.append(jsonDecoded: line, text)
        return Self.holds(test, self.text, &matcher)
    }

    private mutating func isHeld(_ test: ConditionTest, _ line: RawSpan, _ text: ByteRange) -> Bool {
        test.holds(line, text, &matcher)
    }

    private static func holds(
        _ test: ConditionTest, _ text: borrowing ByteBuffer, _ matcher: inout PatternMatcher
    ) -> Bool {
        let length = text.count
        return text.withPaddedSpan { test.holds($0, ByteRange(0, length), &matcher) }
    }

    /// Whether one element of a list is as the test says: `contains` means an element, not a part of it.
    private mutating func anyElement(of list: ByteRange, meets test: ConditionTest, _ line: RawSpan) -> Bool {
        var element = test
        if test.operation == .contains { element.operation = .equal }
        var reader = JSONReader(list)
        guard reader.next(line) == .beginArray else { return false }
        while true {
            let token = reader.next(line)
            switch token {
            case .string(let text): if holds(element, text: text, line) { return true }
            case .number(let text): if holds(element, .number(text), line) { return true }
            case .true, .false: if holds(element, .bool(token == .true), line) { return true }
            case .null: continue
            case .beginArray, .beginObject: guard reader.skip(token, line) else { return false }
            case .key, .endArray, .endObject, .end, .invalid: return false
            }
        }
    }

    /// A level of a known name by its severity; another by `event.severity`, or by its name.
    private mutating func level(_ test: ConditionTest, _ value: EventView.Value, _ line: RawSpan) -> Bool {
        guard case .string(let text) = value else { return false }
        let severity = Severity(word: line, text)
        if severity != .unknown { return test.holds(number: .integer(Int64(severity.rawValue))) }
        if case .number(let number)? = view.value("event.severity"), let number = FieldNumber(line, number),
            test.holds(number: number)
        {
            return true
        }
        return test.operation == .equal && holds(test, text: text, line)
    }
}

// MARK: - From the head

/// A field that is known before the event is written.
enum HeadField {
    case level, service, logger, path

    /// Which one a field is, or nil.
    init?(_ field: ConditionField) {
        switch field.name {
        case "log.level": self = .level
        case "service.name": self = .service
        case "log.logger": self = .logger
        case "log.file.path": self = .path
        default: return nil
        }
    }
}

extension ConditionEvaluator {
    /// Answers the tests of fields that the head tells. What is not plain is left open for the JSON to say.
    mutating func takeHead(_ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts) {
        for test in headTests {
            switch HeadField(tests[test].field) {
            case .level: answers[test] = level(tests[test], record)
            case .logger: answers[test] = plain(tests[test], bytes, record.logger)
            case .service:
                if let service = source.service {
                    answers[test] = plain(tests[test], service)
                } else {
                    answers[test] = plain(tests[test], bytes, record.service)
                }
            case .path: answers[test] = source.path.map { plain(tests[test], $0) } ?? .no
            case nil: break
            }
        }
    }

    private func level(_ test: ConditionTest, _ record: borrowing Record) -> Answer {
        guard record.level != .unknown else { return record.levelText.isEmpty ? .no : .open }
        return test.operation == .exists || test.holds(number: .integer(Int64(record.level.rawValue))) ? .yes : .no
    }

    /// The answer for text that is the same in JSON and out of it; empty is absent.
    private mutating func plain(_ test: ConditionTest, _ bytes: RawSpan, _ text: ByteRange) -> Answer {
        if text.isEmpty { return .no }
        for at in text.start..<text.end where bytes[at] >= 0x80 || bytes[at] == UInt8(ascii: "\\") { return .open }
        return test.holds(bytes, text, &matcher) ? .yes : .no
    }

    private mutating func plain(_ test: ConditionTest, _ text: [UInt8]) -> Answer {
        if text.isEmpty { return .open }
        return text.withSpan { plain(test, $0, ByteRange(0, text.count)) }
    }
}
