import CPCRE2

/// A user's regular expression: PCRE2, compiled once and just in time, with a bound on the work for one match.
@safe
package final class Pattern: @unchecked Sendable {  // Compiled code is read-only; each match makes its own data.
    private let code: OpaquePointer

    /// Why a pattern could not be compiled.
    package struct Failure: Error {
        /// PCRE2's own words.
        package let reason: String
        /// Offset in the pattern where it stands.
        package let offset: Int
    }

    /// Compiles a pattern; UTF-8 text that is invalid still matches as bytes.
    package init(_ text: String, ignoringCase: Bool = false) throws(Failure) {
        var number: Int32 = 0
        var offset = 0
        let options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_MULTILINE | (ignoringCase ? PCRE2_CASELESS : 0)
        // One byte more than the pattern, so that an empty one has an address too.
        let bytes = Array(text.utf8) + [0]
        let compiled = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_compile_8(buffer.baseAddress, buffer.count - 1, options, &number, &offset, nil)
        }
        guard let compiled = unsafe compiled else { throw Failure(reason: Self.reason(number), offset: offset) }
        unsafe code = compiled
        // Without JIT support matching is slower, not wrong.
        unsafe _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    }

    deinit { unsafe pcre2_code_free_8(code) }

    private static func reason(_ number: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let length = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe pcre2_get_error_message_8(number, buffer.baseAddress, buffer.count)
        }
        return String(decoding: text.prefix(Swift.max(0, Int(length))), as: UTF8.self)
    }

    /// Whether the pattern matches somewhere in `range` of a span that is not empty.
    package func matches(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        var matcher = PatternMatcher()
        return matcher.matches(self, bytes, range)
    }

    /// Lends the compiled code to a matcher.
    func withCode<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(code) }
}
