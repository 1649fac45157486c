/// Reads acknowledgements of Lumberjack, however the bytes are cut.
struct AckReader {
    /// The bytes are none.
    struct Malformed: Error, Equatable, CustomStringConvertible {
        /// The first two of them.
        var bytes: [UInt8]

        /// Half a sentence.
        var description: String {
            "\(bytes.map { String($0, radix: 16) }.joined(separator: " ")) begins no acknowledgement"
        }
    }

    private static let length = 6
    private var waiting: [UInt8] = []

    /// Takes the next bytes of the connection.
    mutating func append(_ bytes: [UInt8]) { waiting += bytes }

    /// The sequence number of the next acknowledgement; nil where more bytes are needed.
    mutating func next() throws(Malformed) -> UInt32? {
        // What is wrong is said as soon as it shows: the rest may never come.
        for (byte, right) in zip(waiting, "2A".utf8) where byte != right {
            throw Malformed(bytes: Array(waiting.prefix(2)))
        }
        guard waiting.count >= Self.length else { return nil }
        let sequence = waiting[2..<Self.length].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        waiting.removeFirst(Self.length)
        return sequence
    }
}
