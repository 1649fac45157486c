/// Writes what has to outlive the process: numbers of variable length, and texts and lists with their lengths.
///
/// Little, and meant for little: positions and states, not events. Numbers are LEB128 (seven bits a byte, the lowest
/// first), signed ones in zigzag form.
package struct StateEncoder {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// Nothing yet.
    package init() {}

    /// A number.
    package mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A number that may be negative.
    package mutating func append(signed number: Int64) { append(UInt64(bitPattern: number << 1 ^ number >> 63)) }

    /// A yes or no.
    package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Bytes, with their number in front.
    package mutating func append(_ text: some Collection<UInt8>) {
        append(UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    /// A string, as UTF-8.
    package mutating func append(_ text: String) { append(Array(text.utf8)) }

    /// Each element of a list, with their number in front.
    package mutating func append<Element>(
        each elements: some Collection<Element>, _ write: (inout StateEncoder, Element) -> Void
    ) {
        append(UInt64(elements.count))
        for element in elements { write(&self, element) }
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

    /// Bytes.
    package mutating func text() throws(Damaged) -> [UInt8] {
        let count = try count()
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// A string; what is no UTF-8 becomes U+FFFD.
    package mutating func string() throws(Damaged) -> String { String(decoding: try text(), as: UTF8.self) }

    /// A list.
    package mutating func list<Element>(
        _ read: (inout StateDecoder) throws(Damaged) -> Element
    ) throws(Damaged) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<(try count()) { elements.append(try read(&self)) }
        return elements
    }

    /// How many bytes or elements follow: never more than bytes are left, so that no damage makes memory grow.
    private mutating func count() throws(Damaged) -> Int {
        let raw = try number()
        guard raw <= UInt64(bytes.endIndex - at) else { throw Damaged() }
        return Int(raw)
    }
}
