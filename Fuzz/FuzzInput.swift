import Glibc
import LogfoldParsing

/// The bytes that libFuzzer hands to a target, lent as the spans that parsers take.
enum FuzzInput {
    /// Runs `body` on exactly these bytes.
    static func withSpan(_ start: UnsafePointer<UInt8>?, _ count: Int, _ body: (RawSpan) -> Void) {
        body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: start, count: count)))
    }

    /// Runs `body` on a copy of these bytes with the padding that line parsers ask for.
    static func withPaddedSpan(_ bytes: RawSpan, _ body: (RawSpan) -> Void) {
        var copy = ByteBuffer(capacity: bytes.byteCount)
        copy.append(bytes, 0, bytes.byteCount)
        copy.withPaddedSpan { body($0) }
    }

    /// Ends the run with a report where a parser breaks a promise.
    static func require(_ holds: Bool, _ promise: StaticString) {
        guard !holds else { return }
        // Optimized code drops the text of a precondition, and a trap what is buffered.
        _ = promise.withUTF8Buffer { write(2, $0.baseAddress, $0.count) }
        preconditionFailure()
    }

    /// Whether a range lies inside `limit` bytes.
    static func require(_ range: ByteRange, within limit: Int) {
        require(range.lower <= range.upper && range.end <= limit, "a range lies inside the text")
    }
}
