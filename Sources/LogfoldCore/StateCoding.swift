/// Writes what has to outlive the process: numbers of variable length, and texts and lists with their lengths.
///
/// Little, and meant for little: positions and states, not events. Numbers are LEB128 (seven bits a byte, the lowest
/// first), signed ones in zigzag form. Each line that comes to a live file costs a position, so this has to be fast.
package struct StateEncoder {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// Nothing yet, with room for so many bytes.
    package init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

    /// A number.
    package mutating func append(_ number: UInt64) {
        guard number >= 0x80 else { return bytes.append(UInt8(truncatingIfNeeded: number)) }
        bytes.append(addingCapacity: Self.longest) { Self.put(number, into: &$0) }
    }

    /// A number that may be negative.
    package mutating func append(signed number: Int64) { append(Self.zigzag(number)) }

    /// Ten numbers, as many as an event in the spool has: one look at the room for all of them.
    package mutating func append(ten numbers: InlineArray<10, UInt64>) {
        bytes.append(addingCapacity: 10 * Self.longest) { span in
            for at in numbers.indices { Self.put(numbers[at], into: &span) }
        }
    }

    /// A number that may be negative as one that may not: near zero it is small.
    package static func zigzag(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }

    /// Bytes of the greatest number.
    private static let longest = 10

    @inline(__always)
    private static func put(_ number: UInt64, into span: inout OutputSpan<UInt8>) {
        var rest = number
        while rest >= 0x80 {
            span.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        span.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A yes or no.
    package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Up to eight of them in one byte, the first in the lowest bit.
    package mutating func append(flags: Bool...) {
        bytes.append(flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
    }

    /// A hash: eight bytes, since it is never near zero.
    package mutating func append(hash: UInt64) {
        bytes.append(addingCapacity: 8) { span in
            for shift in 0..<8 { span.append(UInt8(truncatingIfNeeded: hash >> UInt64(shift * 8))) }
        }
    }

    /// Bytes, with their number in front.
    package mutating func append(_ text: [UInt8]) {
        append(UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    /// A string, as UTF-8.
    package mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Each element of a list, with their number in front.
    @inlinable
    package mutating func append<Element>(
        each elements: [Element], _ write: (inout StateEncoder, Element) -> Void
    ) {
        append(UInt64(elements.count))
        for element in elements { write(&self, element) }
    }

    /// Counts by their names, in order.
    package mutating func append(counts: [String: UInt64]) {
        append(each: counts.sorted { $0.key < $1.key }) { encoder, count in
            encoder.append(count.key)
            encoder.append(count.value)
        }
    }
}

/// Reads what ``StateEncoder`` wrote. The bytes come from a disk and are not trusted.
package struct StateDecoder {
    /// What was read is not what was written.
    package struct Damaged: Error, Equatable {
        /// The one there is.
        package init() {}
    }

    private let bytes: ArraySlice<UInt8>
    private var at: Int

    /// A reader of these bytes.
    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    /// A reader of these bytes.
    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Whether everything was read.
    package var isAtEnd: Bool { at == bytes.endIndex }

    private mutating func byte() throws(Damaged) -> UInt8 {
        guard at < bytes.endIndex else { throw Damaged() }
        defer { at += 1 }
        return bytes[at]
    }

    /// A number.
    package mutating func number() throws(Damaged) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || shift == 63 && next <= 1 else { throw Damaged() }
            result |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return result }
            shift += 7
        }
    }

    /// A number that may be negative.
    package mutating func signed() throws(Damaged) -> Int64 {
        let raw = try number()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A yes or no.
    package mutating func flag() throws(Damaged) -> Bool {
        let value = try byte()
        guard value <= 1 else { throw Damaged() }
        return value == 1
    }

    /// A number up to a limit.
    package mutating func int(upTo limit: Int) throws(Damaged) -> Int {
        let number = try number()
        guard number <= UInt64(limit) else { throw Damaged() }
        return Int(number)
    }

    /// So many flags that were written together.
    package mutating func flags(_ count: Int) throws(Damaged) -> [Bool] {
        let value = try byte()
        guard Int(value) >> count == 0 else { throw Damaged() }
        return (0..<count).map { value >> $0 & 1 == 1 }
    }

    /// A hash.
    package mutating func hash() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        for shift in 0..<8 { value |= UInt64(try byte()) << UInt64(shift * 8) }
        return value
    }

    /// Bytes.
    package mutating func text() throws(Damaged) -> [UInt8] {
        let count = try count()
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// A string; what is no UTF-8 becomes U+FFFD.
    package mutating func string() throws(Damaged) -> String { String(decoding: try text(), as: UTF8.self) }

    /// A list of up to `limit` elements.
    package mutating func list<Element>(
        upTo limit: Int = .max, _ read: (inout StateDecoder) throws(Damaged) -> Element
    ) throws(Damaged) -> [Element] {
        let count = try count()
        guard count <= limit else { throw Damaged() }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    /// Counts by their names.
    package mutating func counts() throws(Damaged) -> [String: UInt64] {
        let counts = try list { (decoder) throws(Damaged) in (try decoder.string(), try decoder.number()) }
        return Dictionary(counts) { first, _ in first }
    }

    /// How many bytes or elements follow: never more than bytes are left, so that no damage makes memory grow.
    private mutating func count() throws(Damaged) -> Int {
        let raw = try number()
        guard raw <= UInt64(bytes.endIndex - at) else { throw Damaged() }
        return Int(raw)
    }
}
