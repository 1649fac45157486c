/// What a filter or a sink asks of an event: a condition over the fields of the schema, parsed once.
///
///     log.level >= warning and not (service.name in ["nova-api", "glance-api"] or message contains "timed out")
///
/// `Docs/conditions.md` describes the language. A condition is evaluated by a ``ConditionEvaluator``.
package struct Condition: Sendable, CustomStringConvertible {
    /// A step of the condition; it names others, and tests, by their numbers.
    enum Node: Sendable {
        case test(Int)
        case not(Int)
        case and(Int, Int)
        case or(Int, Int)
    }

    /// The text.
    package let description: String
    /// The steps; the last one is the whole condition.
    let nodes: [Node]
    let tests: [ConditionTest]

    /// Whether the answer can change by what `add_fields` puts into an event.
    let seesAddedFields: Bool

    /// How deep parentheses and `not` may be nested.
    static let maximumDepth = 32
    /// How many comparisons a condition may have.
    static let maximumTests = 256

    /// Parses a text.
    package init(_ text: String) throws(ConditionError) {
        var parser = ConditionParser(text, try ConditionTokens.all(of: text))
        try parser.parse()
        description = text
        nodes = parser.nodes
        tests = parser.tests
        seesAddedFields = tests.contains { $0.field.isAddable }
    }
}

/// One comparison of a condition.
struct ConditionTest: Sendable {
    /// How the field is looked at. `!=` is the negation of `equal`, and so is `not in`.
    enum Operation: Sendable {
        /// The field equals one of the operands: `==` and `in`.
        case equal
        case less
        case atMost
        case greater
        case atLeast
        /// The text holds the operand, or the list has it as an element.
        case contains
        case matches
        case exists
    }

    /// What a field is compared with.
    enum Operand: Sendable, Equatable {
        case text([UInt8])
        case number(FieldNumber)
        case flag(Bool)
        /// Nanoseconds since 1970 UTC.
        case time(Int64)
    }

    var field: ConditionField
    var operation: Operation
    var operands: [Operand] = []
    var pattern: Pattern?
}

extension ConditionTest {
    /// Whether a number stands to the operands as the operation says.
    func holds(number: FieldNumber) -> Bool {
        operands.contains { operand in
            guard case .number(let other) = operand else { return false }
            return holds(number == other, number < other)
        }
    }

    /// Whether a time stands to the operands as the operation says.
    func holds(time: Int64) -> Bool {
        operands.contains { operand in
            guard case .time(let other) = operand else { return false }
            return holds(time == other, time < other)
        }
    }

    private func holds(_ isEqual: Bool, _ isLess: Bool) -> Bool {
        switch operation {
        case .equal: isEqual
        case .less: isLess
        case .atMost: isLess || isEqual
        case .greater: !isLess && !isEqual
        case .atLeast: !isLess
        case .contains, .matches, .exists: false
        }
    }

    /// Whether a text, as it is read, is as the operation says.
    func holds(_ bytes: RawSpan, _ text: ByteRange, _ matcher: inout PatternMatcher) -> Bool {
        switch operation {
        case .equal: isOperand(bytes, text)
        case .contains:
            operands.contains { operand in
                guard case .text(let part) = operand else { return false }
                return bytes.firstIndex(of: part, from: text.start, to: text.end) != nil
            }
        case .matches: pattern.map { matcher.matches($0, bytes, text) } ?? false
        case .exists: true
        case .less, .atMost, .greater, .atLeast: false
        }
    }

    /// Whether a text is one of the operands.
    func isOperand(_ bytes: RawSpan, _ text: ByteRange) -> Bool {
        operands.contains { operand in
            guard case .text(let other) = operand, other.count == text.count else { return false }
            return other.withSpan { bytes.equal(text, ByteRange(0, other.count), in: $0) }
        }
    }
}
