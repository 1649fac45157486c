/// Writes the engine's state of a source: whole numbers of any size, seven bits in a byte, the lowest first.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func add(_ value: Int) { add(UInt64(truncatingIfNeeded: value)) }

    /// A number that may be negative: near zero it is short.
    mutating func add(signed value: Int64) { add(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    /// A hash: eight bytes.
    mutating func add(hash: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: hash >> UInt64(shift * 8))) }
    }

    mutating func add(_ flags: Bool...) {
        bytes.append(flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
    }

    /// A count, and each element.
    mutating func add<Elements: Collection>(
        _ elements: Elements, _ add: (inout StateWriter, Elements.Element) -> Void
    ) {
        self.add(elements.count)
        for element in elements { add(&self, element) }
    }
}

/// Reads what ``StateWriter`` wrote. The bytes come from a disk: whatever they are, nothing worse than nil happens.
struct StateReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all bytes were read.
    var isAtEnd: Bool { at == bytes.count }

    private mutating func byte() -> UInt8? {
        guard at < bytes.count else { return nil }
        at += 1
        return bytes[at - 1]
    }

    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in 0..<10 {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7f) << UInt64(shift * 7)
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// A number up to a limit.
    mutating func int(upTo limit: Int = 1 << 62) -> Int? {
        number().flatMap { $0 <= UInt64(limit) ? Int($0) : nil }
    }

    mutating func signed() -> Int64? {
        number().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func hash() -> UInt64? {
        var value: UInt64 = 0
        for shift in 0..<8 {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte) << UInt64(shift * 8)
        }
        return value
    }

    /// So many flags that were written together.
    mutating func flags(_ count: Int) -> [Bool]? {
        guard let byte = byte(), Int(byte) >> count == 0 else { return nil }
        return (0..<count).map { byte >> $0 & 1 == 1 }
    }

    /// Up to `limit` elements.
    mutating func list<Element>(upTo limit: Int, _ read: (inout StateReader) -> Element?) -> [Element]? {
        guard let count = int(upTo: limit), count <= bytes.count - at else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard let element = read(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
