/// Where a piece of text lies in a span of bytes: a half-open range of offsets, empty when the piece is absent.
///
/// Two 32-bit offsets, because the event table holds many of them; an arena never grows beyond 2 GiB.
package struct ByteRange: Equatable, Sendable {
    /// Offset of the first byte.
    package var lower: UInt32
    /// Offset behind the last byte.
    package var upper: UInt32

    /// The absent piece.
    package static let none = ByteRange(0, 0)

    /// The bytes from `start` up to `end`.
    @inline(__always)
    package init(_ start: Int, _ end: Int) {
        lower = UInt32(truncatingIfNeeded: start)
        upper = UInt32(truncatingIfNeeded: end)
    }

    /// Offset of the first byte.
    @inline(__always) package var start: Int { Int(lower) }
    /// Offset behind the last byte.
    @inline(__always) package var end: Int { Int(upper) }
    /// How many bytes.
    @inline(__always) package var count: Int { Int(upper) - Int(lower) }
    /// Whether there is nothing.
    @inline(__always) package var isEmpty: Bool { lower == upper }

    /// The same piece after its bytes moved `distance` towards the start.
    @inline(__always)
    package func moved(down distance: UInt32) -> ByteRange {
        isEmpty ? .none : ByteRange(Int(lower &- distance), Int(upper &- distance))
    }
}
