// Keys without a place in the schema: flattened to dotted paths (`args.0`, `context.roles.1`), bounded, so that a
// record cannot grow an event without limit. What does not fit is left out and the event says so.

extension OsloJSONParser {
    /// Keeps a scalar as an extra under its dotted path. Null and empty text are absent; text that is the message
    /// again (the template of a message without arguments, the argument of `%s`) is not kept twice.
    mutating func keep(
        _ name: ByteRange, _ token: JSONToken, _ bytes: RawSpan, _ text: inout ByteBuffer, _ record: inout Record
    ) {
        let before = text.count
        let raw: ByteRange
        switch token {
        case .string(let range), .number(let range): raw = range
        case .true, .false: raw = .none
        default: return
        }
        if case .string = token, raw.isEmpty { return }
        guard record.extras.count < Self.maximumExtras else {
            record.flags.insert(.truncated)
            return
        }
        guard let key = appendPath(name, reserving: raw.count, bytes, &text, &record) else { return }
        let start = text.count
        var isText = false
        switch token {
        case .true: text.append("true")
        case .false: text.append("false")
        case .number: text.append(bytes, raw)
        default:
            isText = true
            if text.append(jsonDecoded: bytes, raw) { record.flags.insert(.invalidUTF8) }
        }
        let value = ByteRange(start, text.count)
        let isRepeated = text.withSpan { span in
            (isText && span.equal(value, record.message, in: span))
                || record.extras.contains { span.equal($0.key, key, in: span) }
        }
        if isRepeated {
            text.truncate(to: before)
        } else {
            record.extras.append(Record.Extra(key: key, value: value, isText: isText))
        }
    }

    /// Appends the dotted path of the value that is read, by its name or its number in an array. Nil, and the event
    /// flagged, where it would go beyond ``maximumExtraBytes`` together with `value` bytes.
    mutating func appendPath(
        _ name: ByteRange, reserving value: Int, _ bytes: RawSpan, _ text: inout ByteBuffer, _ record: inout Record
    ) -> ByteRange? {
        guard let parent = open.last else { return nil }
        let digitsOfIndex = 8
        let cost = parent.path.count + 1 + Swift.max(name.count, digitsOfIndex) + value
        guard spent + cost <= Self.maximumExtraBytes else {
            record.flags.insert(.truncated)
            return nil
        }
        spent += cost
        let start = text.count
        if !parent.path.isEmpty {
            for offset in parent.path.start..<parent.path.end { text.append(text[offset]) }
            text.append(UInt8(ascii: "."))
        }
        if name.isEmpty {
            text.append(decimal: Int64(parent.index))
        } else if text.append(jsonDecoded: bytes, name) {
            record.flags.insert(.invalidUTF8)
        }
        return ByteRange(start, text.count)
    }
}
