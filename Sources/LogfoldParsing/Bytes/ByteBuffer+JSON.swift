// Audited: see `RawSpan+Bytes.swift`.
//
// Text as JSON has it.

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
