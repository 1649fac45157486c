import Testing

@testable import LogfoldCore

/// Numbers in what outlives the process.
@Suite struct StateCodingTests {
    @Test(
        arguments: [
            (0, [0x00]), (1, [0x01]), (0x7f, [0x7f]), (0x80, [0x80, 0x01]), (0x3fff, [0xff, 0x7f]),
            (.max, [UInt8](repeating: 0xff, count: 9) + [0x01]),
        ] as [(UInt64, [UInt8])])
    func numbersAreLEB128(number: UInt64, bytes: [UInt8]) throws {
        var encoder = StateEncoder()
        encoder.append(number)
        #expect(encoder.bytes == bytes)
        var decoder = StateDecoder(bytes)
        #expect(try decoder.number() == number)
        #expect(decoder.isAtEnd)
    }

    @Test(arguments: [(0, 0), (-1, 1), (1, 2), (-2, 3), (.max, .max - 1), (.min, .max)] as [(Int64, UInt64)])
    func signedNumbersNearZeroAreSmall(number: Int64, zigzag: UInt64) throws {
        #expect(StateEncoder.zigzag(number) == zigzag)
        var encoder = StateEncoder()
        encoder.append(signed: number)
        var decoder = StateDecoder(encoder.bytes)
        #expect(try decoder.signed() == number)
    }

    @Test func tenAtATimeAreTenOneByOne() {
        let numbers: InlineArray<10, UInt64> = [0, .max, 0x80, 1, 0x7f, 1 << 35, .max, .max, .max, .max]
        var together = StateEncoder(capacity: 0)
        together.append(ten: numbers)
        var single = StateEncoder()
        for at in numbers.indices { single.append(numbers[at]) }
        #expect(together.bytes == single.bytes)
    }
}
