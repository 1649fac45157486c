/// Text that a format prints behind the message, matched from its end: the debug suffix (R6), or whatever stands
/// behind `%(message)s`.
struct SuffixProgram: Sendable {
    /// One thing to match.
    enum Step: Sendable {
        case literal([UInt8])
        case number(CustomField)
        /// No blanks, and not the byte `stop`, the last of the literal before it, unless it is zero.
        case word(CustomField, stop: UInt8)
        /// Anything, back to the literal before it.
        case text([UInt8])
    }

    /// The steps from the end of the format to its start.
    private var steps: [Step] = []

    /// Compiles the pieces of a format; nil where a suffix could not be told from the message.
    init?(_ tokens: [FormatTokens.Token]) {
        var isCertain = false
        for (index, token) in tokens.enumerated().reversed() {
            var before: [UInt8] = []
            if index > 0, case .literal(let text) = tokens[index - 1] { before = text }
            switch token {
            case .literal(let text):
                steps.append(.literal(text))
                isCertain = isCertain || !text.isBlank
            case .directive(let directive):
                guard let last = before.last else { return nil }
                let stop = last > UInt8(ascii: " ") ? last : 0
                switch directive.name {
                case "process": steps.append(.number(.pid))
                case "thread": steps.append(.number(.threadID))
                case "lineno": steps.append(.number(.line))
                case "funcName": steps.append(.word(.function, stop: stop))
                case "pathname", "filename": steps.append(.word(.file, stop: stop))
                case "name", "module", "levelname", "hostname", "request_id", "global_request_id":
                    steps.append(.word(.other, stop: stop))
                default: steps.append(.text(before))
                }
            }
        }
        guard isCertain else { return nil }
    }

    /// Matches back from the end of `range`: where the suffix begins, or nil.
    func match(_ bytes: RawSpan, _ range: ByteRange, _ fields: inout CustomFields, _ head: inout Head) -> Int? {
        var at = range.end
        for step in steps {
            let end = at
            switch step {
            case .literal(let text):
                at -= text.count
                guard at >= range.start, bytes.has(text, at: at, limit: range.end) else { return nil }
            case .number(let field):
                while at > range.start, end - at < 20, bytes[at - 1] &- 0x30 < 10 { at -= 1 }
                guard at < end else { return nil }
                fields.set(field, ByteRange(at, end), &head)
            case .word(let field, let stop):
                while at > range.start, bytes[at - 1] > UInt8(ascii: " "), stop == 0 || bytes[at - 1] != stop {
                    at -= 1
                }
                guard at < end else { return nil }
                fields.set(field, ByteRange(at, end), &head)
            case .text(let before):
                while at >= range.start + before.count, !bytes.has(before, at: at - before.count, limit: end) {
                    at -= 1
                }
                guard at >= range.start + before.count else { return nil }
            }
        }
        return at
    }
}
