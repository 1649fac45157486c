import LogfoldIO

/// Writes JSON for `/status`: members in the order in which they are given, nothing for what is nil.
struct JSONWriter {
    /// What was written so far.
    private(set) var text = ""
    private var needsComma = false

    /// A member, or an element where there is no key.
    mutating func value(_ key: String?, _ value: String?) {
        if let value { raw(key, JSONQuoting.quoted(value)) }
    }

    /// A whole number.
    mutating func value(_ key: String?, _ value: (some BinaryInteger)?) {
        if let value { raw(key, "\(value)") }
    }

    /// True or false.
    mutating func value(_ key: String?, _ value: Bool) { raw(key, value ? "true" : "false") }

    /// A time, as RFC 3339.
    mutating func time(_ key: String?, _ value: Int64?) {
        if let value { raw(key, "\"\(TimestampText.rfc3339(value))\"") }
    }

    /// An object with what `body` writes.
    mutating func object(_ key: String?, _ body: (inout JSONWriter) -> Void) { nested(key, "{", "}", body) }

    /// An array with what `body` writes.
    mutating func array(_ key: String?, _ body: (inout JSONWriter) -> Void) { nested(key, "[", "]", body) }

    /// An array of texts.
    mutating func texts(_ key: String?, _ values: [String]) {
        array(key) { writer in for value in values { writer.value(nil, value) } }
    }

    private mutating func nested(_ key: String?, _ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
        raw(key, open)
        needsComma = false
        body(&self)
        text += close
        needsComma = true
    }

    private mutating func raw(_ key: String?, _ value: String) {
        if needsComma { text += "," }
        if let key { text += "\(JSONQuoting.quoted(key)):" }
        text += value
        needsComma = true
    }
}
