import LogfoldCore

/// Parses the tokens of a condition, by recursive descent.
///
///     condition = conjunction {"or" conjunction}
///     conjunction = negation {"and" negation}
///     negation = "not" negation | "(" condition ")" | test
///     test = field "exists" | field ["not"] operator value
struct ConditionParser {
    private let source: String
    private let tokens: [ConditionToken]
    private var at = 0
    private var depth = 0
    private(set) var nodes: [Condition.Node] = []
    private(set) var tests: [ConditionTest] = []

    init(_ source: String, _ tokens: [ConditionToken]) {
        self.source = source
        self.tokens = tokens
    }

    private var token: ConditionToken { tokens[at] }

    private mutating func advance() {
        if at + 1 < tokens.count { at += 1 }
    }

    private func failure(_ text: String, at token: ConditionToken) -> ConditionError {
        ConditionError(column: token.column, text: text)
    }

    /// Parses all tokens.
    mutating func parse() throws(ConditionError) {
        guard token.kind != .end else {
            throw failure("the condition is empty; write one such as 'log.level >= warning'", at: token)
        }
        _ = try disjunction()
        guard token.kind == .end else { throw failure(objectionToRest(), at: token) }
    }

    private func objectionToRest() -> String {
        switch token.kind {
        case .symbol(")"): return "no '(' is open here; remove ')'"
        case .word(let word) where ["AND", "OR", "NOT", "IN"].contains(word):
            return "unknown operator '\(word)'; write '\(word.lowercased())'"
        default: return "\(token.shown) does not go on with the condition; join comparisons by 'and' or 'or'"
        }
    }

    private mutating func add(_ node: Condition.Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    private mutating func disjunction() throws(ConditionError) -> Int {
        var left = try conjunction()
        while token.isWord("or") {
            advance()
            left = add(.or(left, try conjunction()))
        }
        return left
    }

    private mutating func conjunction() throws(ConditionError) -> Int {
        var left = try negation()
        while token.isWord("and") {
            advance()
            left = add(.and(left, try negation()))
        }
        return left
    }

    private mutating func negation() throws(ConditionError) -> Int {
        guard depth < Condition.maximumDepth else {
            throw failure("parentheses are nested deeper than \(Condition.maximumDepth); write it flatter", at: token)
        }
        depth += 1
        defer { depth -= 1 }
        if token.isWord("not") {
            advance()
            return add(.not(try negation()))
        }
        guard token.is("(") else { return try test() }
        let open = token
        advance()
        let inside = try disjunction()
        guard token.is(")") else {
            if token.kind == .end { throw failure("'(' is not closed; add ')'", at: open) }
            throw failure(objectionToRest(), at: token)
        }
        advance()
        return inside
    }

    // MARK: - Comparisons

    private mutating func test() throws(ConditionError) -> Int {
        let field = try field()
        var isNegated = false
        if token.isWord("not") {
            advance()
            isNegated = true
            guard ["in", "contains", "matches", "exists"].contains(where: { token.isWord($0) }) else {
                throw failure("'not' behind a field needs in, contains, matches or exists", at: token)
            }
        }
        var test = ConditionTest(field: field, operation: .exists)
        let name = try operation(&test, &isNegated)
        if test.operation != .exists { try operands(&test, isList: name.isWord("in")) }
        guard tests.count < Condition.maximumTests else {
            throw failure("more than \(Condition.maximumTests) comparisons; use 'in' with a list", at: name)
        }
        tests.append(test)
        let node = add(.test(tests.count - 1))
        return isNegated ? add(.not(node)) : node
    }

    private mutating func field() throws(ConditionError) -> ConditionField {
        let name = token
        switch name.kind {
        case .word("exists"):
            throw failure("'exists' stands behind the field; write 'error.type exists'", at: name)
        case .word(let word) where ["and", "or", "in", "contains", "matches"].contains(word):
            throw failure("'\(word)' needs a field in front of it, such as 'service.name'", at: name)
        case .word(let word):
            guard let field = ConditionField(word) else {
                throw failure(ConditionField.objection(to: word), at: name)
            }
            advance()
            return field
        case .text, .number:
            throw failure("a comparison begins with a field; write 'service.name == \"nova-api\"'", at: name)
        case .end:
            throw failure("the condition ends here; a comparison such as 'log.level < info' is missing", at: name)
        case .symbol:
            throw failure("\(name.shown) stands where a field must; name one such as 'service.name'", at: name)
        }
    }

    /// Reads the operator, checks that the field has it, and returns its token.
    private mutating func operation(
        _ test: inout ConditionTest, _ isNegated: inout Bool
    ) throws(ConditionError) -> ConditionToken {
        let name = token
        switch name.kind {
        case .symbol("=="), .word("in"): test.operation = .equal
        case .symbol("!="):
            test.operation = .equal
            isNegated = true
        case .symbol("<"): test.operation = .less
        case .symbol("<="): test.operation = .atMost
        case .symbol(">"): test.operation = .greater
        case .symbol(">="): test.operation = .atLeast
        case .word("contains"): test.operation = .contains
        case .word("matches"): test.operation = .matches
        case .word("exists"): test.operation = .exists
        default: throw failure(objectionToOperator(test.field), at: name)
        }
        if let objection = test.field.objection(to: test.operation, name) { throw failure(objection, at: name) }
        advance()
        return name
    }

    private func objectionToOperator(_ field: ConditionField) -> String {
        switch token.kind {
        case .word("and"), .word("or"), .end, .symbol(")"):
            return "'\(field.name)' stands alone; compare it, or write '\(field.name) exists'"
        case .word(let word):
            let operators = ["in", "contains", "matches", "exists", "and", "or", "not"]
            if let meant = Spelling.nearest(to: word.lowercased(), among: operators) {
                return "unknown operator '\(word)'; did you mean '\(meant)'?"
            }
            fallthrough
        default: return "\(token.shown) is no operator; use == != < <= > >= in contains matches or exists"
        }
    }

    private mutating func operands(_ test: inout ConditionTest, isList: Bool) throws(ConditionError) {
        if isList {
            try list(&test)
        } else if token.is("[") {
            throw failure("a list goes with 'in'; write '\(test.field.name) in [ … ]'", at: token)
        } else {
            let value = token
            let operand = try test.field.operand(value, test.operation)
            test.operands = [operand]
            if test.operation == .matches { test.pattern = try pattern(value) }
            advance()
        }
    }

    private mutating func list(_ test: inout ConditionTest) throws(ConditionError) {
        let open = token
        guard open.is("[") else { throw failure("'in' needs a list; write '[\"a\", \"b\"]'", at: open) }
        advance()
        while !token.is("]") {
            if token.kind == .end { throw failure("'[' is not closed; add ']'", at: open) }
            guard test.operands.count < ConditionTokens.longest / 2 else { break }
            test.operands.append(try test.field.operand(token, .equal))
            advance()
            guard token.is(",") else { break }
            advance()
        }
        guard token.is("]") else {
            if token.kind == .end { throw failure("'[' is not closed; add ']'", at: open) }
            throw failure("\(token.shown) stands where ',' or ']' must", at: token)
        }
        guard !test.operands.isEmpty else { throw failure("the list is empty; nothing is in it", at: open) }
        advance()
    }

    // MARK: - Patterns

    private func pattern(_ value: ConditionToken) throws(ConditionError) -> Pattern {
        guard case .text(let text) = value.kind else { throw failure("'matches' needs a pattern in quotes", at: value) }
        do throws(Pattern.Failure) {
            return try Pattern(text)
        } catch {
            throw ConditionError(
                column: column(of: error.offset, in: value), text: "the pattern is wrong: \(error.reason)")
        }
    }

    /// The column of a byte of a text, which is shorter than it is written by its escapes.
    private func column(of offset: Int, in value: ConditionToken) -> Int {
        let scalars = Array(source.unicodeScalars)
        let quote = scalars[value.column - 1]
        var (at, bytes) = (value.column, 0)
        while at < value.end - 2, bytes < offset {
            if scalars[at] == "\\", scalars[at + 1] == quote || scalars[at + 1] == "\\" { at += 1 }
            bytes += UTF8.width(scalars[at])
            at += 1
        }
        return at + 1
    }
}
