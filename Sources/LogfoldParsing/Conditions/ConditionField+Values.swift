import LogfoldCore

// What a field can be compared with: checked when the condition is parsed, so that none is silently never true.

extension ConditionField {
    /// Why the field has no such operator, and the way out; nil if it has.
    func objection(to operation: ConditionTest.Operation, _ name: ConditionToken) -> String? {
        if operation == .exists { return nil }
        switch (kind, operation) {
        case (.any, _): return nil
        case (.level, .contains), (.level, .matches):
            return "\(name.shown) is for text; 'log.level' takes == != < <= > >= in"
        case (.number, .contains), (.number, .matches):
            return "\(name.shown) is for text; '\(self.name)' is a number and takes == != < <= > >= in"
        case (.time, .contains), (.time, .matches):
            return "\(name.shown) is for text; '\(self.name)' is a time and takes == != < <= > >= in"
        case (.text, .less), (.text, .atMost), (.text, .greater), (.text, .atLeast):
            return "\(name.shown) is for numbers, times and levels; '\(self.name)' is text"
        case (.list, .equal) where !name.isWord("in"):
            return "'\(self.name)' is a list; write '\(self.name) contains …' or '\(self.name) in [ … ]'"
        case (.list, .less), (.list, .atMost), (.list, .greater), (.list, .atLeast):
            return "\(name.shown) is for numbers, times and levels; '\(self.name)' is a list"
        default: return nil
        }
    }

    /// What a token means as a value of this field.
    func operand(
        _ token: ConditionToken, _ operation: ConditionTest.Operation
    ) throws(ConditionError) -> ConditionTest.Operand {
        if token.kind == .end { throw ConditionError(column: token.column, text: "a value is missing; \(wanted)") }
        if case .symbol = token.kind {
            throw ConditionError(column: token.column, text: "\(token.shown) stands where a value must; \(wanted)")
        }
        switch kind {
        case .level: return try level(token, operation)
        case .number:
            guard case .number(let text) = token.kind, let number = FieldNumber(text) else {
                throw objection(to: token)
            }
            return .number(number)
        case .time:
            guard case .text(let text) = token.kind, let time = EventTime.nanoseconds(text) else {
                throw objection(to: token)
            }
            return .time(time)
        case .text, .list:
            guard case .text(let text) = token.kind else { throw objection(to: token) }
            return .text(Array(text.utf8))
        case .any: return try any(token, operation)
        }
    }

    /// What to write behind an operator.
    private var wanted: String {
        switch kind {
        case .level: "give a level: \(Self.levels)"
        case .number: "give a number without quotes"
        case .time: "give a time in quotes, such as \"2026-11-23T08:00:00Z\""
        case .text, .list: "give text in quotes"
        case .any: "give text in quotes, a number, true or false"
        }
    }

    private func objection(to token: ConditionToken) -> ConditionError {
        ConditionError(column: token.column, text: "\(token.shown) is no value for '\(name)'; \(wanted)")
    }

    private func any(
        _ token: ConditionToken, _ operation: ConditionTest.Operation
    ) throws(ConditionError) -> ConditionTest.Operand {
        switch (token.kind, operation) {
        case (.text(let text), .equal), (.text(let text), .contains), (.text(let text), .matches):
            return .text(Array(text.utf8))
        case (.text, _):
            throw ConditionError(
                column: token.column, text: "\(token.shown) has no order; give a number without quotes")
        case (_, .contains), (_, .matches):
            throw ConditionError(column: token.column, text: "\(token.shown) is no text; put it in quotes")
        case (.number(let text), _):
            guard let number = FieldNumber(text) else { throw objection(to: token) }
            return .number(number)
        case (.word("true"), .equal): return .flag(true)
        case (.word("false"), .equal): return .flag(false)
        default: throw objection(to: token)
        }
    }

    // MARK: - Levels

    private static let levels = Severity.allCases.filter { $0 != .unknown }.map { "\($0.name)" }.joined(separator: ", ")

    /// A level as its number. One of another name can be asked for in quotes, but it has no order here.
    private func level(
        _ token: ConditionToken, _ operation: ConditionTest.Operation
    ) throws(ConditionError) -> ConditionTest.Operand {
        let word: String
        switch token.kind {
        case .word(let text), .text(let text): word = text
        default:
            throw ConditionError(
                column: token.column, text: "\(token.shown) is no level; \(wanted); numbers go with event.severity")
        }
        if let severity = Severity(name: word) { return .number(.integer(Int64(severity.rawValue))) }
        let problem = "unknown level '\(word)'"
        let names = Severity.allCases.map { "\($0.name)" }
        if let meant = Spelling.nearest(to: word.lowercased(), among: names) {
            throw ConditionError(column: token.column, text: "\(problem); did you mean '\(meant)'?")
        }
        guard case .text = token.kind, operation == .equal, !word.isEmpty else {
            throw ConditionError(column: token.column, text: "\(problem); levels are \(Self.levels)")
        }
        return .text(Array(word.lowercased().utf8))
    }
}

/// A time of an event, as RFC 3339 writes it.
enum EventTime {
    /// Nanoseconds since 1970 UTC of the time that all of `range` is; nil where it is none or has no zone.
    static func nanoseconds(_ bytes: RawSpan, _ range: ByteRange) -> Int64? {
        guard let time = ISOTime(bytes, range.start, range.end), let zone = zone(bytes, time.end, range.end) else {
            return nil
        }
        let (whole, overflow) = (time.seconds - zone).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : whole + time.fraction.nanoseconds
    }

    /// The same of a text.
    static func nanoseconds(_ text: String) -> Int64? {
        Array(text.utf8).withSpan { nanoseconds($0, ByteRange(0, $0.byteCount)) }
    }

    /// Seconds east of UTC that `Z` or `+01:00` says, which must be all there is.
    private static func zone(_ bytes: RawSpan, _ at: Int, _ end: Int) -> Int64? {
        if bytes.equal(ByteRange(at, end), "Z") { return 0 }
        guard end - at == 6, bytes[at + 3] == UInt8(ascii: ":"), let hours = bytes.digits(at + 1, 2),
            let minutes = bytes.digits(at + 4, 2), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        switch bytes[at] {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }
}
