/// Compiles the options of a service and collects what stands in the way, with place and way out.
struct FormatCompiler {
    /// Every reason for a refusal.
    private(set) var problems: [OsloConfigProblem] = []

    private let options: OsloLogOptions
    private var date = DateProgram.isotime
    private var instances: [InstanceText] = []
    private var identity: [FormatTokens.Token] = []

    private static let printHead =
        "print %(asctime)s or %(levelname)s before %(message)s, or name the format by --format"

    /// Compiles the parts that the three format strings share.
    init(_ options: OsloLogOptions) {
        self.options = options
        do throws(FormatError) { date = try DateProgram(options.dateFormat.text) } catch {
            refuse(options.dateFormat, error)
        }
        for format in options.instanceFormats {
            do throws(FormatError) {
                if let text = try InstanceText(format.text) { instances.append(text) }
            } catch {
                refuse(format, error)
            }
        }
        identity = [.directive(.init(name: FormatTokens.identityName))]
        guard options.userIdentity.isSet else { return }
        do throws(FormatError) { identity = try FormatTokens(options.userIdentity.text).tokens } catch {
            refuse(options.userIdentity, error)
        }
    }

    /// Compiles one of the three format strings; nil if it is an empty prefix or was refused.
    mutating func head(_ format: OsloConfig.Value, _ form: CustomFields.Form) -> HeadProgram? {
        if form == .exception, format.text.allSatisfy({ $0 == " " }) { return nil }
        do throws(FormatError) {
            return try program(format, form)
        } catch {
            refuse(format, error)
            return nil
        }
    }

    private func program(
        _ format: OsloConfig.Value, _ form: CustomFields.Form
    ) throws(FormatError) -> HeadProgram {
        var tokens = try expanded(format, form)
        var tail: [FormatTokens.Token] = []
        if form != .exception {
            guard let message = tokens.firstIndex(where: \.isMessage) else {
                throw FormatError(problem: "there is no %(message)s in it", wayOut: "print it at the end of the head")
            }
            tail = Array(tokens[(message + 1)...])
            tokens = Array(tokens[..<message])
        }
        var head = try HeadCompiler.compile(tokens, form, date, instances)
        guard head.hasTime || head.hasLevel || form == .exception && head.hasText else {
            throw Self.headless(tokens, form)
        }
        guard !head.text.contains(UInt8(ascii: "\n")) else {
            throw FormatError(problem: "a head of several lines cannot be found", wayOut: Self.printHead)
        }
        // The summary's text is known only with the exception; `: summary` is taken off as from the default formats.
        if !tail.contains(where: { $0.isDirective("error_summary") }) { head.tail = SuffixProgram(tail) }
        return head
    }

    /// Compiles the debug suffix.
    mutating func suffix(_ format: OsloConfig.Value) -> CustomFormat.Suffix {
        guard !format.text.isEmpty else { return .none }
        do throws(FormatError) {
            var tokens = FormatTokens()
            tokens.append([UInt8(ascii: " ")])
            tokens.append(try FormatTokens(format.text).tokens)
            if Self.isBuiltIn(tokens) { return .builtIn }
            return SuffixProgram(tokens.tokens).map { .custom($0) } ?? .none
        } catch {
            refuse(format, error)
            return .none
        }
    }

    private mutating func refuse(_ value: OsloConfig.Value, _ error: FormatError) {
        let text = value.text.replacing("\u{1B}", with: "ESC").replacing("\n", with: "⏎")
        problems.append(value.refused("\(value.option) = \(text): \(error.problem)", error.wayOut))
    }

    /// The pieces of a format string with `%(user_identity)s` replaced by its own format. At its default, the context
    /// format's ids are read by shape, because releases before Zed print one and not two.
    private func expanded(
        _ format: OsloConfig.Value, _ form: CustomFields.Form
    ) throws(FormatError) -> [FormatTokens.Token] {
        var result = FormatTokens()
        let ids = "%(global_request_id)s %(request_id)s"
        let text = format.isSet ? format.text : format.text.replacing(ids, with: "%(\(FormatTokens.idsName))s")
        for piece in try FormatTokens(text).tokens {
            result.append(piece.isDirective("user_identity") ? identity : [piece])
        }
        return result.tokens
    }

    private static func headless(_ tokens: [FormatTokens.Token], _ form: CustomFields.Form) -> FormatError {
        if form == .exception {
            return FormatError(
                problem: "nothing in it tells a line of a traceback from other text",
                wayOut: "print %(asctime)s, or leave it empty")
        }
        let before = tokens.isEmpty ? "the message comes first" : "what stands before %(message)s may be any text"
        return FormatError(problem: "\(before), so nothing tells where a record begins", wayOut: printHead)
    }

    /// Whether the suffix, with the blank before it, is one that ``DebugSuffix`` knows.
    private static func isBuiltIn(_ tokens: FormatTokens) -> Bool {
        let origin = "%(funcName)s %(pathname)s:%(lineno)d"
        let known = [
            " " + origin, " from (pid=%(process)d) " + origin, " {{(pid=%(process)d) " + origin + "}}",
            " {{" + origin + "}}",
        ]
        return known.contains { (try? FormatTokens($0)) == tokens }
    }
}

extension FormatTokens.Token {
    fileprivate func isDirective(_ name: String) -> Bool {
        if case .directive(let directive) = self { directive.name == name } else { false }
    }

    fileprivate var isMessage: Bool { isDirective("message") }
}
