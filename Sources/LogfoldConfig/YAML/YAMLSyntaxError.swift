internal import CYAML

/// Why a text is not YAML, where, and what to do about it.
struct YAMLSyntaxError: Error, Equatable {
    /// The problem and the way out.
    var text: String
    /// Where it is.
    var mark: YAMLMark

    init(_ text: String, at mark: YAMLMark) {
        self.text = text
        self.mark = mark
    }

    static let outOfMemory = YAMLSyntaxError(
        "there is no memory to read the file; free some", at: YAMLMark(line: 0, column: 0))

    /// The error that a parser stopped with, in its own words.
    init(_ parser: yaml_parser_t, _ bytes: [UInt8]) {
        switch unsafe parser.error {
        case YAML_MEMORY_ERROR: self = .outOfMemory
        case YAML_READER_ERROR: self = unsafe YAMLSyntaxError(reader: parser, bytes)
        default:
            mark = unsafe YAMLMark(parser.problem_mark)
            let problem = unsafe words(parser.problem) ?? "this is not YAML"
            var place = ""
            if let context = unsafe words(parser.context) {
                let begin = unsafe YAMLMark(parser.context_mark)
                place = " " + context + (begin.line == mark.line ? "" : ", begun in line \(begin.line + 1)")
            }
            let next = unsafe byte(at: parser.problem_mark, bytes)
            text = "\(problem)\(place); \(Self.wayOut(problem, place, next))"
        }
    }

    /// Bytes that are no text. libyaml gives an offset instead of a place.
    private init(reader parser: yaml_parser_t, _ bytes: [UInt8]) {
        let offset = unsafe min(parser.problem_offset, bytes.count)
        var (line, column) = (0, 0)
        for byte in bytes[..<offset] {
            if byte == 0x0A { (line, column) = (line + 1, 0) } else if byte & 0xC0 != 0x80 { column += 1 }
        }
        mark = YAMLMark(line: line, column: column)
        let problem = unsafe words(parser.problem) ?? "these bytes are no text"
        let value = unsafe parser.problem_value
        let number = value >= 0 ? " (0x\(String(value, radix: 16, uppercase: true)))" : ""
        text = "\(problem)\(number); save the file as UTF-8 text without control characters"
    }

    /// What helps against a problem, by libyaml's words for it and the byte that it stopped at.
    private static func wayOut(_ problem: String, _ context: String, _ next: UInt8?) -> String {
        if next == UInt8(ascii: "\t") { return "indent with spaces, not with tabs" }
        if problem.contains("cannot start any token") || context.contains("anchor") || context.contains("alias") {
            return "put a text that begins with one of * & ! @ % ` into quotes"
        }
        if problem.contains("mapping values are not allowed") {
            return "correct the indentation, or put a text with ': ' in it into quotes"
        }
        if problem.contains("unknown escape character") {
            return "write \\\\ for a backslash, or use single quotes"
        }
        if problem.contains("unexpected end of stream") { return "close the quotes" }
        if problem.contains("',' or") {
            return "close the bracket, and put a text with one of { } [ ] , in it into quotes"
        }
        if problem.contains("could not find expected ':'") { return "write 'key: value', with a space after the colon" }
        return "check the indentation and the quotes of this line and of the one before it"
    }
}

private func words(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
}

/// The byte at a mark, which is counted in characters; nil for a text in UTF-16.
private func byte(at mark: yaml_mark_t, _ bytes: [UInt8]) -> UInt8? {
    var left = mark.index
    var isFirst = true
    for byte in bytes where byte & 0xC0 != 0x80 {
        defer { isFirst = false }
        // A byte order mark is skipped without being counted.
        if isFirst, byte == 0xEF { continue }
        if left == 0 { return byte }
        left -= 1
    }
    return nil
}
