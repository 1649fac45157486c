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
    /// How many bytes of these are read.
    private var at = 0

    /// Takes the next bytes of the connection.
    mutating func append(_ bytes: [UInt8]) {
        waiting.removeFirst(at)
        at = 0
        waiting += bytes
    }

    /// The sequence number of the next acknowledgement; nil where more bytes are needed.
    mutating func next() throws(Malformed) -> UInt32? {
        // What is wrong is said as soon as it shows: the rest may never come.
        let frame = waiting[at...].prefix(Self.length)
        for (byte, right) in zip(frame, "2A".utf8) where byte != right {
            throw Malformed(bytes: Array(frame.prefix(2)))
        }
        guard frame.count == Self.length else { return nil }
        at += Self.length
        return frame.dropFirst(2).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
}
