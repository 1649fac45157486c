import LogfoldParsing

/// The answer to a `_bulk` request, read in one pass without a tree; only refusals are kept.
///
///     {"took":30,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{…}}}]}
struct BulkAnswer: Equatable {
    /// An item that was not simply stored.
    struct Exception: Equatable {
        /// Its number in the request.
        var number: Int
        var status: Int
        /// `error.type`; empty where there is none.
        var type = ""
        /// `error.reason`, with that of its cause, cut at ``longestReason`` bytes.
        var reason = ""
        /// Whether the server has put it into its failure store.
        var isInFailureStore = false
    }

    /// How many items it has.
    var itemCount = 0
    /// Those that were not simply stored, in order.
    var exceptions: [Exception] = []

    static let longestReason = 2_000
    /// An item that was stored, as servers print what `filter_path` leaves of it: nearly all are.
    private static let stored: StaticString = #"{"create":{"status":201}}"#

    /// Reads an answer; nil where it is none of `_bulk`.
    init?(_ body: [UInt8]) {
        let isWhole = body.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            return read(&reader, bytes)
        }
        guard isWhole else { return nil }
    }

    private mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        guard reader.next(bytes) == .beginObject else { return false }
        var hasItems = false
        while true {
            switch reader.next(bytes) {
            case .key(let key) where bytes.equal(key, "items"):
                guard readItems(&reader, bytes) else { return false }
                hasItems = true
            case .key: guard reader.skipValue(bytes) else { return false }
            case .endObject: return hasItems && reader.next(bytes) == .end
            default: return false
            }
        }
    }

    private mutating func readItems(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        guard reader.next(bytes) == .beginArray else { return false }
        while true {
            itemCount += reader.skipElements(Self.stored, bytes)
            switch reader.next(bytes) {
            case .beginObject:
                // One member, named after the action.
                guard case .key = reader.next(bytes), reader.next(bytes) == .beginObject,
                    readItem(&reader, bytes), reader.next(bytes) == .endObject
                else { return false }
                itemCount += 1
            case .endArray: return true
            default: return false
            }
        }
    }

    private mutating func readItem(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        var item = Exception(number: itemCount, status: 0)
        while true {
            switch reader.next(bytes) {
            case .key(let key) where bytes.equal(key, "status"):
                guard case .number(let range) = reader.next(bytes), let status = Int(bytes.string(range)) else {
                    return false
                }
                item.status = status
            case .key(let key) where bytes.equal(key, "error"):
                guard let error = ServerError(&reader, bytes) else { return false }
                item.type = error.type
                item.reason = error.reason
            case .key(let key) where bytes.equal(key, "failure_store"):
                guard case .string(let range) = reader.next(bytes) else { return false }
                item.isInFailureStore = bytes.equal(range, "used")
            case .key: guard reader.skipValue(bytes) else { return false }
            case .endObject:
                guard item.status > 0 else { return false }
                if !(200..<300 ~= item.status) || item.isInFailureStore { exceptions.append(item) }
                return true
            default: return false
            }
        }
    }
}

/// What a server says is wrong: the `error` of an item or of a whole answer.
struct ServerError: Equatable {
    /// Such as `mapper_parsing_exception`; empty where it does not say.
    var type = ""
    /// In words; empty where it does not say.
    var reason = ""

    /// Reads the value behind the key `error`: an object with `type` and `reason`, or a text. Nil where it is no JSON.
    init?(_ reader: inout JSONReader, _ bytes: RawSpan) {
        let token = reader.next(bytes)
        guard token == .beginObject else {
            if case .string(let range) = token { reason = Self.text(bytes, range) }
            if !reader.skip(token, bytes) { return nil }
            return
        }
        while true {
            switch reader.next(bytes) {
            case .key(let key) where bytes.equal(key, "caused_by"):
                guard let cause = ServerError(&reader, bytes) else { return nil }
                if !cause.reason.isEmpty { append(cause: cause.reason) }
            case .key(let key):
                let token = reader.next(bytes)
                if case .string(let range) = token {
                    if bytes.equal(key, "type") { type = Self.text(bytes, range) }
                    if bytes.equal(key, "reason") { reason = Self.text(bytes, range) + reason }
                } else if !reader.skip(token, bytes) {
                    return nil
                }
            case .endObject: return
            default: return nil
            }
        }
    }

    private mutating func append(cause: String) { reason += ": " + cause }

    /// Reads the `error` of an answer that refuses a whole request; nil where it is not of that form.
    init?(body: [UInt8]) {
        let found = body.withSpan { bytes -> ServerError? in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            guard reader.next(bytes) == .beginObject else { return nil }
            while case .key(let key) = reader.next(bytes) {
                if bytes.equal(key, "error") { return ServerError(&reader, bytes) }
                guard reader.skipValue(bytes) else { return nil }
            }
            return nil
        }
        guard let found else { return nil }
        self = found
    }

    private static func text(_ bytes: RawSpan, _ range: ByteRange) -> String {
        // Not in the middle of an escape: what is cut off is replaced by U+FFFD.
        bytes.decodedJSON(ByteRange(range.start, min(range.end, range.start + BulkAnswer.longestReason)))
    }

    /// Type and reason in one, as far as there are any.
    var text: String { [type, reason].filter { !$0.isEmpty }.joined(separator: ": ") }
}
