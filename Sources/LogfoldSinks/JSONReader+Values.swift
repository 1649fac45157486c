import LogfoldParsing

extension JSONReader {
    /// The next value as a text, decoded; empty, and skipped, where it is something else.
    mutating func text(_ bytes: RawSpan) -> String {
        var text = ""
        _ = readText(bytes, into: &text)
        return text
    }

    /// The next value as a whole number; nil, and skipped, where it is something else.
    mutating func integer(_ bytes: RawSpan) -> Int? {
        let token = next(bytes)
        guard case .number(let range) = token else {
            _ = skip(token, bytes)
            return nil
        }
        return Int(bytes.string(range))
    }
}
