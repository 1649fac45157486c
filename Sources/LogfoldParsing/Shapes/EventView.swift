/// One event of our own JSON, read back: its members flattened to dotted paths, its values still escaped.
///
/// Every shape, and everything else that needs a field of an event, looks through this view; it reads what the encoder
/// wrote, what a spool or a file held and what a user piped in, so it trusts nothing. A view is reused from event to
/// event; its ranges hold until the next ``read(_:_:)``.
package struct EventView: ~Copyable {
    /// A value that is not an object.
    package enum Value: Equatable, Sendable {
        /// Text, still escaped; a range of the line.
        case string(ByteRange)
        /// A number, as printed; a range of the line.
        case number(ByteRange)
        /// `true` or `false`.
        case bool(Bool)
        /// An array, or an object nested deeper than ``maximumDepth``, as JSON; a range of the line.
        case json(ByteRange)
    }

    /// A value with its dotted path.
    package struct Member: Sendable {
        /// The path, keys still escaped; a range of ``EventView/paths``.
        package var path: ByteRange
        /// The value.
        package var value: Value
    }

    /// Objects nested deeper than any of the schema are values.
    package static let maximumDepth = 8
    /// The paths of one event together; an object with more is none of our events.
    package static let maximumPathBytes = 256 << 10

    /// The members in the order of the line; nulls and empty objects are absent.
    package private(set) var members: [Member] = []
    /// Where the paths are.
    package private(set) var paths = ByteBuffer(capacity: 2_048)
    /// Paths of the open objects.
    private var open: [ByteRange] = []

    /// An empty view.
    package init() {}

    /// Reads the event in `range`; false where it is no JSON object with a `message`, and nothing can be said of it.
    package mutating func read(_ line: RawSpan, _ range: ByteRange) -> Bool {
        members.removeAll(keepingCapacity: true)
        paths.removeAll()
        open.removeAll(keepingCapacity: true)
        var reader = JSONReader(range)
        guard reader.next(line) == .beginObject else { return false }
        open.append(.none)
        while let parent = open.last {
            guard case .key(let key) = reader.next(line) else {
                // The reader has checked that what ends here is the object.
                open.removeLast()
                continue
            }
            guard let path = append(key, of: parent, line), value(path, &reader, line) else { return false }
        }
        return reader.next(line) == .end && text("message") != nil
    }

    /// Reads the value behind a key; false where it is invalid.
    private mutating func value(_ path: ByteRange, _ reader: inout JSONReader, _ line: RawSpan) -> Bool {
        let token = reader.next(line)
        switch token {
        case .string(let range): members.append(Member(path: path, value: .string(range)))
        case .number(let range): members.append(Member(path: path, value: .number(range)))
        case .true: members.append(Member(path: path, value: .bool(true)))
        case .false: members.append(Member(path: path, value: .bool(false)))
        case .null: break
        case .beginObject where open.count < Self.maximumDepth: open.append(path)
        case .beginObject, .beginArray:
            let start = reader.offset - 1
            guard reader.skip(token, line) else { return false }
            members.append(Member(path: path, value: .json(ByteRange(start, reader.offset))))
        case .key, .endObject, .endArray, .end, .invalid: return false
        }
        return true
    }

    private mutating func append(_ key: ByteRange, of parent: ByteRange, _ line: RawSpan) -> ByteRange? {
        guard paths.count + parent.count + 1 + key.count <= Self.maximumPathBytes else { return nil }
        let start = paths.count
        if !parent.isEmpty {
            for offset in parent.start..<parent.end { paths.append(paths[offset]) }
            paths.append(UInt8(ascii: "."))
        }
        paths.append(line, key)
        return ByteRange(start, paths.count)
    }

    /// The value at a path, or nil.
    package borrowing func value(_ path: StaticString) -> Value? {
        paths.withSpan { span in
            for member in members where span.equal(member.path, path) { return member.value }
            return nil
        }
    }

    /// The value at a path that is not known to the compiler, or nil.
    package borrowing func value(at path: [UInt8]) -> Value? {
        path.withSpan { wanted in
            let all = ByteRange(0, wanted.byteCount)
            return paths.withSpan { span in
                for member in members where span.equal(member.path, all, in: wanted) { return member.value }
                return nil
            }
        }
    }

    /// The text (still escaped) or number at a path, or nil.
    package borrowing func text(_ path: StaticString) -> ByteRange? {
        switch value(path) {
        case .string(let range), .number(let range): range
        default: nil
        }
    }

    /// The dotted path of a member by its position, for messages.
    package borrowing func path(of index: Int) -> String {
        let range = members[index].path
        return paths.withSpan { $0.string(range) }
    }
}
