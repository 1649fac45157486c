// Audited: see `RawSpan+Bytes.swift`.

import Glibc
package import LogfoldCore

/// A growable run of bytes with one owner: arena, scratch text and output alike.
///
/// Appending costs a capacity check and a copy; the storage is kept by ``removeAll()`` so that a steady state
/// allocates nothing. There are always ``padding`` bytes behind the capacity, which lets loads and stores overshoot.
@safe
package struct ByteBuffer: ~Copyable {
    var base: UnsafeMutableRawPointer
    /// How many bytes are in use.
    package internal(set) var count = 0
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
