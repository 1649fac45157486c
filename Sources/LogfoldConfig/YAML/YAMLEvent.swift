internal import CYAML

/// A piece of a YAML text, as libyaml finds it.
struct YAMLEvent {
    /// What it is.
    enum Kind: Equatable {
        case streamStart, streamEnd
        case documentStart, documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool, isBlock: Bool)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
    }

    /// What it is.
    var kind: Kind
    /// The name after `&`.
    var anchor: String?
    /// The type after `!` in full, if there is one.
    var tag: String?
    /// Where it begins.
    var start: YAMLMark
    /// Where it ends.
    var end: YAMLMark
}

/// A place in a text as libyaml counts: from 0, columns in Unicode scalars.
struct YAMLMark: Equatable {
    var line: Int
    var column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: yaml_mark_t) { self.init(line: mark.line, column: mark.column) }
}

/// The events of a YAML text, one after the other, by libyaml.
@safe
final class YAMLEventReader {
    // Both are allocated because they must not move: the parser keeps pointers into itself and into the text.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let isInitialized: Bool

    /// A reader before the first event of these bytes, of which it keeps a copy.
    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(from: bytes)
        isInitialized = unsafe yaml_parser_initialize(parser) == 1
        guard isInitialized else { return }
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    }

    deinit {
        if isInitialized { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event; after `streamEnd` or an error there is none to ask for.
    func next() throws(YAMLSyntaxError) -> YAMLEvent {
        guard isInitialized else { throw YAMLSyntaxError.outOfMemory }
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else {
            throw unsafe YAMLSyntaxError(parser.pointee, Array(text))
        }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe YAMLEvent(event)
    }
}

extension YAMLEvent {
    /// A copy of an event that libyaml owns.
    fileprivate init(_ event: yaml_event_t) {
        unsafe start = YAMLMark(event.start_mark)
        unsafe end = YAMLMark(event.end_mark)
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT:
            kind = unsafe .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let value = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isBlock =
                unsafe scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE
            kind = unsafe .scalar(
                String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                isBlock: isBlock)
            anchor = unsafe string(scalar.anchor)
            tag = unsafe string(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            anchor = unsafe string(event.data.sequence_start.anchor)
            tag = unsafe string(event.data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            anchor = unsafe string(event.data.mapping_start.anchor)
            tag = unsafe string(event.data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        // libyaml answers with an event without type when it is asked behind the end.
        default: kind = .streamEnd
        }
    }
}

private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
}
