import CPCRE2

/// Matches patterns one after the other with the memory of one match; the work for each match is bounded.
@safe
package struct PatternMatcher: ~Copyable {
    /// What was found in a text.
    package enum Found: Equatable, Sendable {
        /// Nothing.
        case nothing
        /// Where the pattern matches.
        case match(ByteRange)
        /// The match would have taken too long: nobody knows.
        case limit
    }

    /// How often a match was given up because it would have taken too long.
    package private(set) var limited = 0
    private let data: OpaquePointer?
    private let context: OpaquePointer?

    /// How many steps one match may take: beyond it the text counts as not matching.
    private static let matchLimit: UInt32 = 1_000_000
    /// How much memory one match may take without just-in-time code, in KiB.
    private static let heapLimit: UInt32 = 4_096

    /// A matcher.
    package init() {
        // The whole match is asked for, and no group.
        unsafe data = pcre2_match_data_create_8(1, nil)
        unsafe context = pcre2_match_context_create_8(nil)
        if let context = unsafe context {
            unsafe _ = pcre2_set_match_limit_8(context, Self.matchLimit)
            unsafe _ = pcre2_set_heap_limit_8(context, Self.heapLimit)
        }
    }

    deinit {
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_match_context_free_8(context)
    }

    /// Whether a pattern matches somewhere in `range` of a span that is not empty; false where it takes too long.
    package mutating func matches(_ pattern: Pattern, _ bytes: RawSpan, _ range: ByteRange) -> Bool {
        switch run(pattern, bytes, range, from: range.start, options: 0) {
        case .match: return true
        case .nothing: return false
        case .limit:
            limited += 1
            return false
        }
    }

    /// The first place in `range` at or behind `from` that a pattern matches and that is not empty.
    package mutating func find(_ pattern: Pattern, _ bytes: RawSpan, _ range: ByteRange, from: Int) -> Found {
        let found = run(pattern, bytes, range, from: from, options: PCRE2_NOTEMPTY)
        if found == .limit { limited += 1 }
        return found
    }

    private func run(_ pattern: Pattern, _ bytes: RawSpan, _ range: ByteRange, from: Int, options: UInt32) -> Found {
        guard let data = unsafe data, range.end <= bytes.byteCount, from >= range.start, from <= range.end else {
            return .nothing
        }
        let result = unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return PCRE2_ERROR_NOMATCH }
            let start = unsafe (base + range.start).assumingMemoryBound(to: UInt8.self)
            return unsafe pattern.withCode { code in
                unsafe pcre2_match_8(code, start, range.count, from - range.start, options, data, context)
            }
        }
        if result < 0 { return result == PCRE2_ERROR_NOMATCH ? .nothing : .limit }
        return unsafe Self.place(data, from: range.start)
    }

    private static func place(_ data: OpaquePointer, from start: Int) -> Found {
        guard let pair = unsafe pcre2_get_ovector_pointer_8(data) else { return .nothing }
        let (first, last) = unsafe (pair[0], pair[1])
        // `\K` in a look-ahead can put the start behind the end.
        return first <= last ? .match(ByteRange(start + first, start + last)) : .nothing
    }
}
