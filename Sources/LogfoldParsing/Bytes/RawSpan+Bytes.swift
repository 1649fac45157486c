// Audited, with the other files of this folder: every `unsafe` of the byte path that is not a C library's call stands here.
//
// What makes it safe: each access is checked against the span's or buffer's own bounds before it is made, once per
// call; no pointer leaves its closure.

import Glibc

extension RawSpan {
    /// The byte at an offset; bounds-checked.
    @inline(__always)
    package subscript(_ offset: Int) -> UInt8 {
        // One comparison for both ends: a negative offset is a huge one.
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: byteCount))
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes as a little-endian word; bounds-checked.
    @inline(__always)
    package func u16(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes as a little-endian word; bounds-checked.
    @inline(__always)
    package func u32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes as a little-endian word; bounds-checked.
    @inline(__always)
    package func u64(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Sixteen bytes as a vector; bounds-checked.
    @inline(__always)
    package func simd16(_ offset: Int) -> SIMD16<UInt8> {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
    }

    /// Offset of the first `byte` in `from..<to`, or `to`.
    @inline(__always)
    package func index(of byte: UInt8, from: Int, to: Int) -> Int {
        precondition(from >= 0 && from <= to && to <= byteCount)
        return unsafe withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let hit = unsafe memchr(base + from, Int32(byte), to - from) else {
                return to
            }
            return unsafe UnsafeRawPointer(hit) - base
        }
    }

    /// Offset of the last `byte` in `from..<to`, or nil.
    package func lastIndex(of byte: UInt8, from: Int, to: Int) -> Int? {
        var at = to
        while at > from {
            at -= 1
            if self[at] == byte { return at }
        }
        return nil
    }

    /// Offset of the first occurrence of `text`, which is not empty, that lies wholly in `from..<to`, or nil.
    package func firstIndex(of text: StaticString, from: Int, to: Int) -> Int? {
        let last = to - text.utf8CodeUnitCount
        let first = unsafe text.utf8Start.pointee
        var at = from
        while at <= last {
            at = index(of: first, from: at, to: last + 1)
            if at > last { return nil }
            if has(text, at: at, limit: to) { return at }
            at += 1
        }
        return nil
    }

    /// Whether `text` stands at `offset`; false where it would reach beyond `limit`.
    @inline(__always)
    package func has(_ text: StaticString, at offset: Int, limit: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset >= 0, limit - offset >= count, limit <= byteCount else { return false }
        return unsafe withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return count == 0 }
            return unsafe memcmp(base + offset, text.utf8Start, count) == 0
        }
    }

    /// Offset of the first blank in `from..<to`, or `to`: for words of some dozen bytes. The span must be padded.
    @inline(__always)
    package func endOfWord(_ from: Int, _ to: Int) -> Int {
        precondition(from >= 0 && to &+ 16 <= byteCount)
        var at = from
        while at < to {
            let block = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: SIMD16<UInt8>.self)
            let found = Self.firstSet(block .== SIMD16<UInt8>(repeating: 0x20))
            if found < 16 { return Swift.min(at &+ found, to) }
            at &+= 16
        }
        return to
    }

    /// Position of the first lane that is set, or 16.
    @inline(__always)
    static func firstSet(_ mask: SIMDMask<SIMD16<Int8>>) -> Int {
        let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        let (low, high) = (words[0].littleEndian, words[1].littleEndian)
        return low != 0 ? low.trailingZeroBitCount >> 3 : 8 &+ high.trailingZeroBitCount >> 3
    }

    /// Whether the 32 bytes at `at` are hexadecimal digits.
    @inline(__always)
    package func isHexadecimal32(_ at: Int) -> Bool {
        Self.areSet(Self.hexadecimal(simd16(at)) .& Self.hexadecimal(simd16(at &+ 16)))
    }

    /// Whether the 36 bytes at `at` are a uuid: 8, 4, 4, 4 and 12 digits with dashes between. The span must be padded.
    @inline(__always)
    package func isUUID(_ at: Int) -> Bool {
        // Dashes lie at 8 and 13, and at 18 and 23, which the second and the third block share.
        let dash = UInt8(ascii: "-")
        guard self[at &+ 8] == dash, self[at &+ 13] == dash, self[at &+ 18] == dash, self[at &+ 23] == dash else {
            return false
        }
        let first = Self.hexadecimal(simd16(at)) .| Self.lanes(0, 0x0000_ff00_0000_00ff)
        let second = Self.hexadecimal(simd16(at &+ 16)) .| Self.lanes(0xff00_0000_00ff_0000, 0)
        let third = Self.hexadecimal(simd16(at &+ 20)) .| Self.lanes(0x0000_0000_ff00_0000, 0)
        return Self.areSet(first .& second .& third)
    }

    /// The lanes whose bytes are set in these two words.
    @inline(__always)
    private static func lanes(_ low: UInt64, _ high: UInt64) -> SIMDMask<SIMD16<Int8>> {
        unsafe unsafeBitCast(SIMD2(low.littleEndian, high.littleEndian), to: SIMDMask<SIMD16<Int8>>.self)
    }

    /// Which bytes of a block are hexadecimal digits. Signed, since unsigned comparisons are not vectorised by Swift
    /// 6.3: a range that is moved to begin at -128 takes one comparison.
    @inline(__always)
    private static func hexadecimal(_ block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
        let digits = unsafe unsafeBitCast(block &+ SIMD16(repeating: 0x50), to: SIMD16<Int8>.self)
        let lower = block | SIMD16(repeating: 0x20)
        let letters = unsafe unsafeBitCast(lower &+ SIMD16(repeating: 0x1f), to: SIMD16<Int8>.self)
        return (digits .< SIMD16(repeating: -118)) .| (letters .< SIMD16(repeating: -122))
    }

    @inline(__always)
    private static func areSet(_ mask: SIMDMask<SIMD16<Int8>>) -> Bool {
        let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        return words[0] & words[1] == .max
    }

    /// Whether the bytes of `range` here equal those of `other` in `bytes`.
    @inline(__always)
    package func equal(_ range: ByteRange, _ other: ByteRange, in bytes: RawSpan) -> Bool {
        guard range.count == other.count else { return false }
        precondition(range.end <= byteCount && other.end <= bytes.byteCount)
        guard !range.isEmpty else { return true }
        return unsafe withUnsafeBytes { mine in
            unsafe bytes.withUnsafeBytes { theirs in
                guard let left = mine.baseAddress, let right = theirs.baseAddress else { return false }
                return unsafe memcmp(left + range.start, right + other.start, range.count) == 0
            }
        }
    }

    /// Whether the bytes of `range` are exactly `text`.
    @inline(__always)
    package func equal(_ range: ByteRange, _ text: StaticString) -> Bool {
        range.count == text.utf8CodeUnitCount && has(text, at: range.start, limit: range.end)
    }

    /// The bytes of `range` as a string, invalid UTF-8 repaired: for messages and rare paths, never per event.
    package func string(_ range: ByteRange) -> String {
        precondition(range.end <= byteCount)
        return unsafe withUnsafeBytes { raw in
            unsafe String(decoding: UnsafeRawBufferPointer(rebasing: raw[range.start..<range.end]), as: UTF8.self)
        }
    }
}

extension [UInt8] {
    /// Lends the array's bytes as a span.
    @inline(__always)
    package func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe span.bytes)
    }
}
