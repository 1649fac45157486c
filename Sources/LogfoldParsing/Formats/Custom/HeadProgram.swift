/// One of an operator's format strings compiled into a matcher for the head of a line: what stands before the message.
///
/// Each step either knows its own alphabet (times, numbers, level words, names without blanks, ids) or ends at the
/// next literal, so matching walks the line once and never goes back.
struct HeadProgram: Sendable {
    /// One thing to match.
    enum Step: Sendable {
        /// Bytes of ``text``.
        case literal(ByteRange)
        /// Blanks before a right-aligned field.
        case blanks
        /// The blanks that fill the field before up to a width.
        case padding(Int)
        case time, isotime, milliseconds, epoch
        /// A level's word, or its first letters.
        case level(precision: Int?)
        case number(CustomField)
        /// No blanks, and not the byte `stop` unless it is zero; up to the last `stop` if `isLast`.
        case word(CustomField, stop: UInt8, isLast: Bool)
        case id(CustomField, isRequired: Bool)
        /// Global id and request id, or the request id alone (R3).
        case ids
        /// ``groups`` by number.
        case group(Int)
        /// The text of `instance_format`, if it is there (R8).
        case instance
    }

    /// Neighbouring fields that may hold blanks.
    struct Group: Sendable {
        var fields: [CustomField]
        /// Whether single blanks stand between the fields, so that as many words as fields can be told apart.
        var isSpaced = true
        /// Whether the text ends where the next literal and the step behind it match; else the literal is enough.
        var needsAnchor = false
    }

    var steps: [Step] = []
    var groups: [Group] = []
    /// The literals, one after the other.
    var text: [UInt8] = []
    /// What `%(asctime)s` prints.
    var date: DateProgram
    /// What `%(instance)s` prints.
    var instances: [InstanceText]
    /// What follows the message, matched from the end.
    var tail: SuffixProgram?

    /// Whether a time is printed.
    var hasTime: Bool {
        steps.contains {
            switch $0 {
            case .time, .isotime, .epoch: true
            default: false
            }
        }
    }
    /// Whether a level is printed.
    var hasLevel: Bool {
        steps.contains {
            switch $0 {
            case .level, .number(.levelNumber): true
            default: false
            }
        }
    }
    /// Whether there is any fixed text that is not blank.
    var hasText: Bool { text.contains { $0 > UInt8(ascii: " ") } }
}

/// Turns the pieces of a format string into steps.
struct HeadCompiler {
    /// Which of the three strings.
    var form: CustomFields.Form
    private var program: HeadProgram
    private var tokens: ArraySlice<FormatTokens.Token>

    /// Compiles the pieces before `%(message)s`, or all of them for an exception prefix.
    static func compile(
        _ tokens: [FormatTokens.Token], _ form: CustomFields.Form, _ date: DateProgram, _ instances: [InstanceText]
    ) throws(FormatError) -> HeadProgram {
        let program = HeadProgram(date: date, instances: instances)
        var compiler = HeadCompiler(form: form, program: program, tokens: tokens[...])
        while let token = compiler.tokens.popFirst() {
            switch token {
            case .literal(let text): compiler.literal(text)
            case .directive(let directive): try compiler.directive(directive)
            }
        }
        return compiler.program
    }

    private mutating func literal(_ bytes: [UInt8]) {
        program.steps.append(.literal(ByteRange(program.text.count, program.text.count + bytes.count)))
        program.text += bytes
    }

    private mutating func directive(_ directive: FormatTokens.Directive) throws(FormatError) {
        if let field = softField(directive.name) { return try group(field) }
        let isNumber = directive.conversion != UInt8(ascii: "s") && directive.conversion != UInt8(ascii: "r")
        if directive.width > 0, !directive.isLeftAligned, !(directive.isZeroFilled && isNumber) {
            program.steps.append(.blanks)
        }
        program.steps.append(try step(directive))
        if directive.width > 0, directive.isLeftAligned { program.steps.append(.padding(directive.width)) }
    }

    private func step(_ directive: FormatTokens.Directive) throws(FormatError) -> HeadProgram.Step {
        switch directive.name {
        case "asctime": .time
        case "isotime": .isotime
        case "created": .epoch
        case "msecs": .milliseconds
        case "levelname": .level(precision: directive.precision)
        case "levelno": .number(.levelNumber)
        case "process": .number(.pid)
        case "thread": .number(.threadID)
        case "lineno": .number(.line)
        case "relativeCreated": .number(.other)
        case "name": try word(.logger, directive.name)
        case "hostname": try word(.host, directive.name)
        case "funcName": try word(.function, directive.name)
        case "pathname", "filename": try word(.file, directive.name)
        case "module": try word(.other, directive.name)
        // R1: the context string is used only where there is a request id.
        case "request_id": .id(.requestID, isRequired: form == .context)
        case "global_request_id": .id(.globalRequestID, isRequired: false)
        case FormatTokens.idsName: .ids
        default: .instance
        }
    }

    /// A name without blanks; what follows it has to show where it ends.
    private func word(_ field: CustomField, _ name: String) throws(FormatError) -> HeadProgram.Step {
        switch tokens.first {
        case .literal(let next)?:
            let stop = next[0] > UInt8(ascii: " ") ? next[0] : 0
            // Logger names have dots of their own: the last one ends them.
            return .word(field, stop: stop, isLast: stop == UInt8(ascii: "."))
        case .directive(let next)?:
            throw FormatError(
                problem: "%(\(name))s and %(\(next.name))s stand side by side, so their border cannot be found",
                wayOut: "write a blank between them")
        case nil:
            guard form != .exception, field == .logger else { return .word(field, stop: 0, isLast: false) }
            throw FormatError(
                problem: "%(name)s and %(message)s stand side by side, so their border cannot be found",
                wayOut: "write a blank between them")
        }
    }

    /// The field of a directive that may hold blanks, or nil for one with an alphabet of its own.
    private func softField(_ name: String) -> CustomField? {
        switch name {
        case "asctime", "isotime", "created", "msecs", "levelname", "levelno", "process", "thread", "lineno",
            "relativeCreated", "name", "hostname", "funcName", "pathname", "filename", "module", "request_id",
            "global_request_id", FormatTokens.idsName, "instance":
            nil
        case FormatTokens.identityName: .identity
        case "user", "user_id": .user
        // Without a context this is oslo's word for the program, not a project.
        case "project", "tenant", "project_id", "tenant_id": form == .context ? .project : .other
        case "user_name": .userName
        case "project_name", "tenant_name": .projectName
        case "domain", "domain_id": .domain
        case "system_scope": .systemScope
        case "user_domain", "user_domain_id": .userDomain
        case "project_domain", "project_domain_id": .projectDomain
        case "processName": .processName
        case "threadName": .threadName
        default: .other
        }
    }

    /// A field that may hold blanks, with its neighbours of the kind, up to a literal or to a step that shows its end.
    private mutating func group(_ first: CustomField) throws(FormatError) {
        var group = HeadProgram.Group(fields: [first])
        while true {
            if case .directive(let next)? = tokens.first, let field = softField(next.name) {
                group.isSpaced = false
                group.fields.append(field)
                tokens.removeFirst()
            } else if case .literal(let blanks)? = tokens.first, blanks.isBlank,
                case .directive(let next)? = tokens.dropFirst().first, let field = softField(next.name)
            {
                group.isSpaced = group.isSpaced && blanks == [UInt8(ascii: " ")]
                group.fields.append(field)
                tokens.removeFirst(2)
            } else {
                break
            }
        }
        switch tokens.first {
        case .literal(let end)? where !end.isBlank: break
        case .literal? where tokens.count > 1 && !isInstance(tokens.dropFirst().first): group.needsAnchor = true
        case .directive(let next)? where !isInstance(tokens.first):
            throw FormatError(
                problem: "a field that may hold blanks stands right before %(\(next.name))s, so their border cannot be "
                    + "found", wayOut: Self.writeSign)
        default: return try giveUp()
        }
        if group.needsAnchor, case .directive(let next)? = tokens.dropFirst().first, next.name == "name" {
            throw FormatError(
                problem: "a field that may hold blanks stands before %(name)s, so the logger cannot be found",
                wayOut: Self.writeSign)
        }
        program.groups.append(group)
        program.steps.append(.group(program.groups.count - 1))
    }

    private static let writeSign = "write a bracket or another sign between them"

    /// Leaves the rest to the message, because nothing shows where the field before it ends: only an instance can be
    /// left so, or the message would swallow the head.
    private mutating func giveUp() throws(FormatError) {
        for case .directive(let lost) in tokens where lost.name != "instance" {
            throw FormatError(
                problem: "a field that may hold blanks and %(instance)s, which may be missing, stand before "
                    + "%(\(lost.name))s, so their border cannot be found", wayOut: Self.writeSign)
        }
        tokens = []
    }

    private func isInstance(_ token: FormatTokens.Token?) -> Bool {
        if case .directive(let directive)? = token { directive.name == "instance" } else { false }
    }
}

extension [UInt8] {
    /// Whether there are only blanks.
    var isBlank: Bool { allSatisfy { $0 == UInt8(ascii: " ") } }
}

extension FormatTokens {
    /// Name of the pseudo-directive for `%(user_identity)s` at its default.
    static let identityName = "user_identity"
    /// Name of the pseudo-directive for the ids of the default context format.
    static let idsName = "request ids"
}
