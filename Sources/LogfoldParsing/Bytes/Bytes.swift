// The audited file: every `unsafe` of the byte path that is not a C library's call stands here.
//
// What makes it safe: each access is checked against the span's or buffer's own bounds before it is made, once per
// call; no pointer leaves its closure.

import Glibc
package import LogfoldCore

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
    private static func firstSet(_ mask: SIMDMask<SIMD16<Int8>>) -> Int {
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

/// A growable run of bytes with one owner: arena, scratch text and output alike.
///
/// Appending costs a capacity check and a copy; the storage is kept by ``removeAll()`` so that a steady state
/// allocates nothing. There are always ``padding`` bytes behind the capacity, which lets loads and stores overshoot.
@safe
package struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer
    /// How many bytes are in use.
    package private(set) var count = 0
    /// How many bytes fit without growing.
    package private(set) var capacity: Int
    /// How many did when it was made.
    private let firstCapacity: Int

    /// How far vector loads and stores may reach beyond the bytes in use.
    package static let padding = 32

    /// An empty buffer with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        self.capacity = Swift.max(capacity, 64)
        firstCapacity = self.capacity
        unsafe base = .allocate(byteCount: self.capacity + Self.padding, alignment: 16)
    }

    deinit { unsafe base.deallocate() }

    /// Lends the bytes in use.
    @inline(__always)
    package borrowing func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeStart: base, byteCount: count))
    }

    /// Lends the bytes in use and ``padding`` more behind them, so that vector loads may overshoot a line's end. What
    /// the padding holds means nothing.
    @inline(__always)
    package borrowing func withPaddedSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeStart: base, byteCount: count + Self.padding))
    }

    /// Makes room for `extra` more bytes; grows by doubling.
    @inline(__always)
    package mutating func reserve(_ extra: Int) {
        if extra > capacity &- count { grow(extra) }
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        let wanted = Swift.max(count + extra, capacity * 2)
        // Swift's memory of this alignment is malloc's. What is large is given other addresses by the kernel: it is not
        // copied, and never there twice. Where there is no memory the program ends, as with every allocation of Swift.
        guard let grown = unsafe realloc(base, wanted + Self.padding) else { fatalError("there is no more memory") }
        unsafe base = grown
        capacity = wanted
    }

    /// Appends one byte.
    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Appends literal text.
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        unsafe (base + count).copyMemory(from: text.utf8Start, byteCount: length)
        count &+= length
    }

    /// Appends `range` of another span.
    @inline(__always)
    package mutating func append(_ bytes: RawSpan, _ range: ByteRange) {
        append(bytes, range.start, range.end)
    }

    /// Appends the bytes `start..<end` of another span.
    @inline(__always)
    package mutating func append(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        precondition(start >= 0 && start <= end && end <= bytes.byteCount)
        let length = end &- start
        reserve(length)
        unsafe bytes.withUnsafeBytes { raw in
            guard let source = raw.baseAddress else { return }
            unsafe (base + count).copyMemory(from: source + start, byteCount: length)
        }
        count &+= length
    }

    /// Appends a piece of some dozen bytes by vector copies that overshoot. The other span must be padded.
    @inline(__always)
    package mutating func append(short bytes: RawSpan, _ start: Int, _ length: Int) {
        precondition(start >= 0 && length >= 0 && start &+ length &+ 16 <= bytes.byteCount)
        reserve(length &+ 16)
        unsafe bytes.withUnsafeBytes { raw in
            guard let source = raw.baseAddress else { return }
            let target = unsafe base + count
            var at = 0
            while at < length {
                let block = unsafe source.loadUnaligned(fromByteOffset: start &+ at, as: SIMD16<UInt8>.self)
                unsafe target.storeBytes(of: block, toByteOffset: at, as: SIMD16<UInt8>.self)
                at &+= 16
            }
        }
        count &+= length
    }

    /// Appends the 32 digits of the uuid at `start`, whose dashes lie at 8, 13, 18 and 23. The other span must be
    /// padded.
    @inline(__always)
    package mutating func append(uuidDigits bytes: RawSpan, _ start: Int) {
        reserve(36)
        let text = unsafe base + count
        unsafe text.storeBytes(of: bytes.u64(start).littleEndian, as: UInt64.self)
        unsafe text.storeBytes(of: bytes.u32(start &+ 9).littleEndian, toByteOffset: 8, as: UInt32.self)
        unsafe text.storeBytes(of: bytes.u32(start &+ 14).littleEndian, toByteOffset: 12, as: UInt32.self)
        unsafe text.storeBytes(of: bytes.u32(start &+ 19).littleEndian, toByteOffset: 16, as: UInt32.self)
        unsafe text.storeBytes(of: bytes.simd16(start &+ 24), toByteOffset: 20, as: SIMD16<UInt8>.self)
        count &+= 32
    }

    /// Appends up to 16 bytes by one vector copy that overshoots. The other span must be padded.
    @inline(__always)
    package mutating func append(word bytes: RawSpan, _ start: Int, _ length: Int) {
        precondition(length >= 0 && length <= 16)
        reserve(16)
        unsafe base.storeBytes(of: bytes.simd16(start), toByteOffset: count, as: SIMD16<UInt8>.self)
        count &+= length
    }

    /// Appends a string's UTF-8: for set-up and rare paths.
    package mutating func append(string: String) {
        for byte in string.utf8 { append(byte) }
    }

    /// Appends a number below 1,000 as three digits.
    @inline(__always)
    package mutating func append(threeDigits value: Int) {
        reserve(4)
        let number = UInt32(truncatingIfNeeded: value)
        let (hundreds, tens) = (number / 100, number / 10)
        let digits = hundreds | (tens &- hundreds &* 10) << 8 | (number &- tens &* 10) << 16
        let text = digits | 0x0030_3030
        unsafe base.storeBytes(of: text.littleEndian, toByteOffset: count, as: UInt32.self)
        count &+= 3
    }

    /// Appends a number in decimal.
    @inline(__always)
    package mutating func append(decimal value: Int64) {
        if value >= 0, value < 100_000_000 {
            append(leading: value.magnitude)
        } else {
            appendLong(value)
        }
    }

    private mutating func appendLong(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        if magnitude < 100_000_000 {
            append(leading: magnitude)
        } else if magnitude < 10_000_000_000_000_000 {
            append(leading: magnitude / 100_000_000)
            append(eight: magnitude % 100_000_000)
        } else {
            append(leading: magnitude / 10_000_000_000_000_000)
            append(eight: magnitude / 100_000_000 % 100_000_000)
            append(eight: magnitude % 100_000_000)
        }
    }

    /// Appends a number below 100,000,000 without leading zeros.
    @inline(__always)
    private mutating func append(leading value: UInt64) {
        reserve(8)
        let digits = Self.digits(value)
        // The last digit stays, also where all are zero.
        let zeros = Swift.min(digits.trailingZeroBitCount >> 3, 7)
        let text = (digits | 0x3030_3030_3030_3030) >> UInt64(truncatingIfNeeded: zeros &* 8)
        unsafe base.storeBytes(of: text.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= 8 &- zeros
    }

    /// Appends a number below 100,000,000 with leading zeros.
    @inline(__always)
    private mutating func append(eight value: UInt64) {
        reserve(8)
        let text = Self.digits(value) | 0x3030_3030_3030_3030
        unsafe base.storeBytes(of: text.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= 8
    }

    /// The eight digits of a number below 100,000,000, one in each byte, the first in the lowest.
    ///
    /// Halves, quarters and digits are parted in all lanes at once; the divisions by 100 and by 10 are multiplications
    /// that are exact below 10,000 and below 100.
    @inline(__always)
    private static func digits(_ value: UInt64) -> UInt64 {
        let top = value / 10_000
        let halves = top | (value &- top &* 10_000) << 32
        let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007f_0000_007f
        let quarters = hundreds | (halves &- hundreds &* 100) << 16
        let tens = ((quarters &* 103) >> 10) & 0x000f_000f_000f_000f
        return tens | (quarters &- tens &* 10) << 8
    }

    /// Appends a number in decimal, with leading zeros up to `width` digits; the number must not be negative.
    package mutating func append(decimal value: Int64, width: Int) {
        var power: Int64 = 1
        for _ in 1..<width { power *= 10 }
        while power > 1 && value < power {
            append(UInt8(ascii: "0"))
            power /= 10
        }
        append(decimal: value)
    }

    /// The byte at an offset in use.
    @inline(__always)
    package subscript(_ offset: Int) -> UInt8 {
        get {
            precondition(offset >= 0 && offset < count)
            return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
        }
        set {
            precondition(offset >= 0 && offset < count)
            unsafe base.storeBytes(of: newValue, toByteOffset: offset, as: UInt8.self)
        }
    }

    /// Gives the bytes away as a batch and goes on with an empty buffer of the capacity that it was made with. A small
    /// batch gets memory of its own size: it may wait for long.
    package mutating func takeBatch(
        _ entries: [Batch.Entry], _ positions: [(source: UInt32, position: SourcePosition)] = [], filtered: [Int] = []
    ) -> Batch {
        defer { count = 0 }
        if count < capacity / 4 {
            let copy = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(count, 1), alignment: 16)
            unsafe copy.copyMemory(from: base, byteCount: count)
            return unsafe Batch(
                adopting: copy, byteCount: count, entries: entries, positions: positions, filtered: filtered)
        }
        let batch = unsafe Batch(
            adopting: base, byteCount: count, entries: entries, positions: positions, filtered: filtered)
        capacity = firstCapacity
        unsafe base = .allocate(byteCount: capacity + Self.padding, alignment: 16)
        return batch
    }

    /// Forgets all bytes and keeps the storage.
    @inline(__always)
    package mutating func removeAll() { count = 0 }

    /// Removes all bytes, and gives room back beyond so many bytes, unless a good part of it was in use: behind a backlog
    /// the next as much will be needed, and new memory costs the kernel more than the bytes cost us.
    package mutating func removeAll(keepingRoom kept: Int) {
        let used = count
        count = 0
        if capacity > Swift.max(kept, 4 * used) { self = ByteBuffer() }
    }

    /// Cuts the buffer back to its first `length` bytes.
    @inline(__always)
    package mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
    }

    /// Drops the first `length` bytes and moves the rest to the start.
    package mutating func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count)
        unsafe memmove(base, base + length, count - length)
        count -= length
    }

    /// Moves the bytes `source..<end` so that they begin at `target`; what lay there is overwritten.
    package mutating func move(_ source: Int, _ end: Int, to target: Int) {
        precondition(source >= 0 && source <= end && end <= count && target >= 0 && target + (end - source) <= count)
        unsafe memmove(base + target, base + source, end - source)
    }

    /// Lets `body` fill up to `length` free bytes behind those in use; it returns how many it wrote.
    package mutating func fill<Failure: Error>(
        _ length: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        reserve(length)
        let written = try unsafe body(UnsafeMutableRawBufferPointer(start: base + count, count: length))
        precondition(written >= 0 && written <= length)
        count += written
        return written
    }
}

// MARK: - JSON text

extension ByteBuffer {
    /// Appends `start..<end` as the inside of a JSON string (RFC 8259 section 7) and as valid UTF-8: quotes,
    /// backslashes and control characters are escaped, each maximal invalid subsequence becomes U+FFFD.
    ///
    /// Returns false where something was invalid. The span must be padded.
    @inline(__always)
    package mutating func append(jsonEscaped bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        append("", jsonEscaped: bytes, start, end, "")
    }

    /// The same with literal text before and behind it, and one look at the capacity for all three: a member of an
    /// object.
    @inline(__always)
    package mutating func append(
        _ opening: StaticString, jsonEscaped bytes: RawSpan, _ start: Int, _ end: Int, _ closing: StaticString
    ) -> Bool {
        precondition(start >= 0 && start <= end && end &+ 16 <= bytes.byteCount)
        let (before, behind) = (opening.utf8CodeUnitCount, closing.utf8CodeUnitCount)
        // A byte becomes six at the most.
        reserve(before &+ (end &- start) &* 6 &+ 16 &+ behind)
        unsafe (base + count).copyMemory(from: opening.utf8Start, byteCount: before)
        count &+= before
        let isValid = appendEscaped(bytes, start, end)
        unsafe (base + count).copyMemory(from: closing.utf8Start, byteCount: behind)
        count &+= behind
        return isValid
    }

    /// Sixteen bytes at a time: copied first, looked at after, since most hold nothing to escape. The bytes are there
    /// and the room is made.
    @inline(__always)
    private mutating func appendEscaped(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { raw in
            guard let source = raw.baseAddress else { return true }
            let target = unsafe base
            var (at, to) = (start, count)
            while end &- at > 16 {
                let block = unsafe source.loadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self)
                unsafe target.storeBytes(of: block, toByteOffset: to, as: SIMD16<Int8>.self)
                if RawSpan.hasSpecial(block) {
                    count = to
                    return unsafe appendRest(source, at, end)
                }
                at &+= 16
                to &+= 16
            }
            let block = unsafe source.loadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self)
            unsafe target.storeBytes(of: block, toByteOffset: to, as: SIMD16<Int8>.self)
            count = to &+ (end &- at)
            if RawSpan.firstSpecial(block) >= end &- at { return true }
            count = to
            return unsafe appendRest(source, at, end)
        }
    }

    /// The same from the first block on that holds something to escape.
    @inline(never)
    private mutating func appendRest(_ source: UnsafeRawPointer, _ start: Int, _ end: Int) -> Bool {
        var (at, to) = (start, count)
        var isValid = true
        while at < end {
            let block = unsafe source.loadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self)
            unsafe base.storeBytes(of: block, toByteOffset: to, as: SIMD16<Int8>.self)
            let plain = RawSpan.firstSpecial(block)
            guard plain < 16, at &+ plain < end else {
                to &+= Swift.min(16, end &- at)
                at &+= 16
                continue
            }
            at &+= plain
            to &+= plain
            let byte = unsafe source.load(fromByteOffset: at, as: UInt8.self)
            let letter = Self.escapeLetter(byte)
            if letter != 0 {
                let pair = UInt16(letter) << 8 | 0x5c
                unsafe base.storeBytes(of: pair.littleEndian, toByteOffset: to, as: UInt16.self)
                at &+= 1
                to &+= 2
            } else {
                count = to
                let rest = unsafe RawSpan(_unsafeStart: source + at, byteCount: end &- at)
                let (length, wasValid) = appendRare(rest)
                at &+= length
                to = count
                isValid = isValid && wasValid
            }
        }
        count = to
        return isValid
    }

    /// The letter behind the backslash where a character has a short escape, else 0.
    @inline(__always)
    private static func escapeLetter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x22, 0x5c: byte
        case 0x0a: UInt8(ascii: "n")
        case 0x09: UInt8(ascii: "t")
        case 0x0d: UInt8(ascii: "r")
        case 0x08: UInt8(ascii: "b")
        case 0x0c: UInt8(ascii: "f")
        default: 0
        }
    }

    /// Appends the control character, sequence or invalid bytes that the span begins with; says how many bytes that
    /// were and whether they were valid.
    private mutating func appendRare(_ bytes: RawSpan) -> (length: Int, isValid: Bool) {
        let byte = bytes[0]
        if byte < 0x80 {
            append("\\u00")
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
            return (1, true)
        }
        let length = bytes.utf8SequenceLength(0, bytes.byteCount)
        if length > 0 {
            append(bytes, 0, length)
            return (length, true)
        }
        append("\u{FFFD}")
        return (bytes.utf8InvalidLength(0, bytes.byteCount), false)
    }

    /// Appends text that is escaped already, each maximal invalid subsequence as U+FFFD.
    package mutating func append(repairing bytes: RawSpan, _ start: Int, _ end: Int) {
        var at = start
        while at < end {
            let length = bytes.utf8SequenceLength(at, end)
            if length > 0 {
                append(bytes, at, at + length)
                at += length
            } else {
                append("\u{FFFD}")
                at += bytes.utf8InvalidLength(at, end)
            }
        }
    }

    /// Appends a number as 16 hexadecimal digits.
    package mutating func append(hexadecimal value: UInt64) {
        reserve(16)
        unsafe (base + count).storeBytes(of: Self.hexDigits(UInt32(truncatingIfNeeded: value >> 32)), as: UInt64.self)
        unsafe (base + count).storeBytes(
            of: Self.hexDigits(UInt32(truncatingIfNeeded: value)), toByteOffset: 8, as: UInt64.self)
        count &+= 16
    }

    /// The eight lower-case digits of a value, in the order of memory.
    @inline(__always)
    private static func hexDigits(_ value: UInt32) -> UInt64 {
        // A nibble to each byte, then to its letter: those above 9 lie 0x27 behind where digits would go on.
        var word = UInt64(value)
        word = (word << 16 | word) & 0x0000_ffff_0000_ffff
        word = (word << 8 | word) & 0x00ff_00ff_00ff_00ff
        word = (word << 4 | word) & 0x0f0f_0f0f_0f0f_0f0f
        let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (word &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).bigEndian
    }

    /// The lower-case hexadecimal digit of a value below 16.
    @inline(__always)
    package static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 0x30 : value + 0x57 }
}

extension RawSpan {
    /// Whether one of the 16 bytes at `at` is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    package func needsEscape16(_ at: Int) -> Bool {
        Self.hasSpecial(unsafe unsafeLoadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self))
    }

    /// Whether a block holds a byte that ``specials(_:)`` means.
    @inline(__always)
    fileprivate static func hasSpecial(_ block: SIMD16<Int8>) -> Bool {
        // `any` is a call in this module; the mask's two words are not.
        let words = unsafe unsafeBitCast(specials(block), to: SIMD2<UInt64>.self)
        return words[0] | words[1] != 0
    }

    /// Position of the first byte in a block that ``specials(_:)`` means; 16 if there is none.
    @inline(__always)
    fileprivate static func firstSpecial(_ block: SIMD16<Int8>) -> Int { firstSet(specials(block)) }

    /// All bits set in the bytes that are a quote, a backslash, a control character or not ASCII.
    ///
    /// As signed numbers control characters and all that is not ASCII lie below the blank: one comparison. (Unsigned
    /// `.>=` is not vectorised by Swift 6.3.)
    @inline(__always)
    private static func specials(_ block: SIMD16<Int8>) -> SIMDMask<SIMD16<Int8>> {
        let quote = SIMD16<Int8>(repeating: 0x22)
        let backslash = SIMD16<Int8>(repeating: 0x5c)
        let blank = SIMD16<Int8>(repeating: 0x20)
        return (block .== quote) .| (block .== backslash) .| (block .< blank)
    }

    /// How long the bytes `start..<end` are at the most once they are escaped as JSON text. The span must be padded.
    package func escapedLength(_ start: Int, _ end: Int) -> Int {
        var length = end - start
        var at = start
        while at < end {
            if needsEscape16(at) {
                for each in at..<Swift.min(at + 16, end) { length += Self.escapeGrowth(self[each]) }
            }
            at += 16
        }
        return length
    }

    /// By how much a byte grows at the most: an invalid one becomes U+FFFD, three bytes.
    @inline(__always)
    private static func escapeGrowth(_ byte: UInt8) -> Int {
        if byte >= 0x80 { return 2 }
        if byte == 0x22 || byte == 0x5c || byte == 0x09 { return 1 }
        return byte < 0x20 ? 5 : 0
    }

    /// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0.
    package func utf8SequenceLength(_ at: Int, _ end: Int) -> Int {
        let first = self[at]
        let needed = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
        guard needed > 0, at + needed <= end else { return 0 }
        return utf8ValidLength(at, end) == needed ? needed : 0
    }

    /// Length of the maximal subpart of an ill-formed sequence at `at`: what one U+FFFD stands for.
    package func utf8InvalidLength(_ at: Int, _ end: Int) -> Int { Swift.max(1, utf8ValidLength(at, end)) }

    /// How many bytes from `at` on can begin one well-formed sequence.
    private func utf8ValidLength(_ at: Int, _ end: Int) -> Int {
        let first = self[at]
        guard first >= 0xc2, first < 0xf5 else { return first < 0x80 ? 1 : 0 }
        let needed = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        let low: UInt8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
        var length = 1
        while length < needed, at + length < end {
            let byte = self[at + length]
            guard byte >= (length == 1 ? low : 0x80), byte <= (length == 1 ? high : 0xbf) else { break }
            length += 1
        }
        return length
    }
}
