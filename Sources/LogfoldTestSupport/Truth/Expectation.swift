import Foundation

/// What a record's event has to say, given what its text prints.
///
/// A field is expected only where the format prints it: the head of the text is asked, not a table of formats, so that
/// a recording of any deployment can be judged.
struct Expectation {
    /// Texts that are right; more than one only where summary and message cannot be told apart.
    private(set) var messages: Set<String> = []
    /// Stack traces that are right; empty where none may be there.
    private(set) var stackTraces: Set<String> = []
    /// `openstack.stack_info`.
    private(set) var stackInfo = ""
    /// Right values of each field that is printed.
    private(set) var fields: [TruthField: Set<String>] = [:]
    /// Whether user and project are names with blanks, which stand side by side and cannot be told apart.
    private(set) var hasInseparableNames = false
    /// Fields that have to be absent, because neither record nor text has them.
    private(set) var absent: Set<TruthField> = []

    /// How the recording carries its records.
    enum Carrier { case text, json, journal }

    /// The expectation for `record`, whose text is `text`.
    init(_ record: TruthRecord, text: String, carrier: Carrier) {
        let head = PrintedHead(record, text: text)
        expectText(record, head: head, carrier: carrier)
        expectHead(record, head: head, carrier: carrier)
        expectContext(record, head: head, carrier: carrier)
        expectException(record, carrier: carrier)
        expectOrigin(record, head: head, carrier: carrier)
    }

    private mutating func expectText(_ record: TruthRecord, head: PrintedHead, carrier: Carrier) {
        let bare = Self.variants(record.message)
        let full = record.summary.isEmpty ? bare : Self.variants(record.message + ": " + record.summary)
        switch (record.traceback, carrier) {
        case (.some, _), (.none, .json): messages = bare
        case (.none, .text): messages = full
        case (.none, .journal): messages = bare.union(full)
        }
        if let traceback = record.traceback {
            // JSON has only oslo.log's own copy of the traceback, which lost its blank lines.
            stackTraces = Self.variants(carrier == .json ? Self.withoutBlankLines(traceback) : traceback)
        }
        // oslo.log's JSON has no `stack_info`.
        if let stack = record.stackInfo, head.text.contains("Stack (most recent call last)") {
            stackInfo = Self.trimmed(stack)
        }
    }

    /// The traceback as oslo.log's JSON has it: without blank lines and without blanks at the ends of lines.
    static func withoutBlankLines(_ text: String) -> String {
        text.split(separator: "\n").map { trimmed(String($0)) }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private mutating func expectHead(_ record: TruthRecord, head: PrintedHead, carrier: Carrier) {
        if let time = record.nanoseconds, head.printsTime || carrier != .text {
            fields[.timestamp] = [String(time / 1_000_000)]
        }
        fields[.level] = [record.level.lowercased()]
        fields[.logger] = [record.logger]
        if head.printsProcess || carrier == .json {
            fields[.pid] = [String(record.pid)]
        } else if carrier == .text {
            absent.insert(.pid)
        }
        if let instance = record.instance, carrier == .json || head.line.contains("[instance: \(instance)]") {
            fields[.instance] = [instance]
        } else if carrier == .text {
            absent.insert(.instance)
        }
    }

    private mutating func expectContext(_ record: TruthRecord, head: PrintedHead, carrier: Carrier) {
        expect(.requestID, record.context["request_id"], head, carrier)
        expect(.globalRequestID, record.context["global_request_id"], head, carrier)
        let user = record.context["user"] ?? record.context["user_id"]
        let project = record.context["project"] ?? record.context["tenant"] ?? record.context["project_id"]
        let names = [record.context["user_name"], record.context["project_name"]]
        expect(.user, user, or: names[0], head, carrier)
        expect(.project, project, or: names[1], head, carrier)
        // `[req-… My Project svc nova]`: where one name ends and the next begins is not printed.
        let printed = [fields[.user]?.first, fields[.project]?.first]
        if carrier == .text, printed.contains(where: { $0?.contains(" ") == true }) {
            hasInseparableNames = true
            (fields[.user], fields[.project]) = (nil, nil)
        }
    }

    private mutating func expect(
        _ field: TruthField, _ value: String?, or name: String? = nil, _ head: PrintedHead, _ carrier: Carrier
    ) {
        if let value, carrier == .json || head.prints(value) {
            fields[field] = [value]
        } else if let name, head.prints(name) {
            fields[field] = [name]
        } else if carrier == .text, !head.mayPrint(field) {
            absent.insert(field)
        }
    }

    private mutating func expectException(_ record: TruthRecord, carrier: Carrier) {
        guard let whole = record.traceback, let type = record.exceptionType else {
            if record.traceback == nil { absent.formUnion([.exceptionType, .exceptionMessage, .chain]) }
            return
        }
        let traceback = carrier == .json ? Self.withoutBlankLines(whole) : whole
        let printed = Self.printed(type, in: traceback)
        fields[.exceptionType] = [printed]
        if let text = record.exceptionMessage, let right = Self.messages(text, of: printed, in: traceback) {
            fields[.exceptionMessage] = right
        }
        if !record.chain.isEmpty {
            let types = record.chain.map { link in
                let isBare = ["", "builtins", "exceptions", "__main__"].contains(link.module)
                return Self.printed(isBare ? link.type : link.module + "." + link.type, in: traceback)
            }
            fields[.chain] = [types.joined(separator: " < ")]
        }
    }

    private mutating func expectOrigin(_ record: TruthRecord, head: PrintedHead, carrier: Carrier) {
        guard let function = record.function, let path = record.path, let line = record.pathLine else { return }
        guard carrier != .text || head.text.contains("\(function) \(path):\(line)") else { return }
        fields[.function] = [function]
        fields[.file] = [path]
        fields[.line] = [String(line)]
    }

    /// The type as the traceback prints it: Python 2 leaves the module out.
    private static func printed(_ type: String, in traceback: String) -> String {
        traceback.contains(type) ? type : String(type.split(separator: ".").last ?? "")
    }

    /// The exception's text as printed: alone, or with the notes and margins that follow it; nil where Python prints
    /// something else (SyntaxError, a `str()` that fails).
    private static func messages(_ text: String, of type: String, in traceback: String) -> Set<String>? {
        let text = trimmed(text)
        guard !text.isEmpty, let at = traceback.range(of: type + ": " + text, options: [.backwards, .literal]) else {
            return nil
        }
        let rest = traceback[traceback.index(at.lowerBound, offsetBy: type.count + 2)...]
        return [text, trimmed(String(rest))]
    }

    /// Colours that a message brings along may be kept or removed; those of the format may not be left in it.
    private static func variants(_ text: String) -> Set<String> { [trimmed(text), trimmed(withoutColours(text))] }

    /// Text as it is compared: white space at the very end does not count.
    static func trimmed(_ text: String) -> String {
        var bytes = Array(text.utf8)
        while let last = bytes.last, last == 0x20 || (0x09...0x0D).contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text without `ESC [ … m`.
    static func withoutColours(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            let sequence = byte == 0x1B ? rest.colourSequence : nil
            if sequence == nil { bytes.append(byte) }
            rest = rest.dropFirst(sequence ?? 1)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ArraySlice<UInt8> {
    /// Length of the `ESC [ … m` that the slice begins with, or nil.
    fileprivate var colourSequence: Int? {
        guard count > 2, self[startIndex + 1] == UInt8(ascii: "[") else { return nil }
        let body = dropFirst(2).prefix { (0x30...0x3B).contains($0) && $0 != 0x3A }
        return body.endIndex < endIndex && self[body.endIndex] == UInt8(ascii: "m") ? body.count + 3 : nil
    }
}

/// What the first line of a record shows.
private struct PrintedHead {
    let text: String
    let line: String
    let printsTime: Bool
    let printsProcess: Bool
    private let context: String

    init(_ record: TruthRecord, text: String) {
        self.text = Expectation.withoutColours(text)
        let line = String(self.text.prefix { $0 != "\n" && $0 != "\r\n" })
        self.line = line
        let name = line.range(of: " " + record.logger + " ", options: .literal)
        let before = line[..<(name?.lowerBound ?? line.endIndex)]
        let after = name.map { line[$0.upperBound...] } ?? ""
        context = after.hasPrefix("[") ? " " + after.dropFirst().prefix { $0 != "]" } + " " : ""
        printsTime = before.contains(record.time) || before.contains(record.time.replacing(" ", with: "T"))
        let pid = String(record.pid)
        printsProcess =
            before.split { " []".contains($0) }.contains(pid[...]) || (self.text.contains("(pid=\(pid))"))
    }

    /// Whether the context brackets hold something that could be this field, known to the truth or not.
    func mayPrint(_ field: TruthField) -> Bool {
        let items = context.split(separator: " ").filter { $0 != "-" && $0 != "None" }
        let requests = items.count { $0.hasPrefix("req-") }
        return switch field {
        case .requestID: requests > 0
        case .globalRequestID: requests > 1
        default: items.count > requests
        }
    }

    /// Whether the context brackets hold `value` as one item.
    func prints(_ value: String) -> Bool { context.contains(" " + value + " ") }
}
