/// Feeds the same bytes to a stream parser in many ways and compares what it makes of them.
///
/// The parser is a closure that is called once for each way: it gets the chunks in order and returns its output.
package struct ChunkingVerifier {
    private let input: [UInt8]
    private let parse: ([ArraySlice<UInt8>]) throws -> [UInt8]

    /// Sizes of equal chunks; a page with its neighbours is where buffers of real readers end.
    package static let sizes = [1, 2, 3, 5, 7, 13, 64, 1_000, 4_095, 4_096, 4_097]

    /// A verifier that gives `input` to `parse`.
    package init(_ input: [UInt8], parse: @escaping ([ArraySlice<UInt8>]) throws -> [UInt8]) {
        self.input = input
        self.parse = parse
    }

    /// The first way whose output differs from that of the whole input, or nil.
    ///
    /// - Parameters:
    ///   - sizes: sizes of equal chunks.
    ///   - seeds: seeds of ways with chunks of random sizes, short ones mostly.
    package func firstDifference(
        sizes: [Int] = sizes, seeds: ClosedRange<UInt64> = 1...4
    ) throws -> Difference? {
        let whole = try parse([input[...]])
        for size in sizes {
            if let found = try compare(whole, chunks { _ in size }, way: "chunks of \(size)") { return found }
        }
        for seed in seeds {
            var random = SplitMix64(seed: seed)
            let ragged = chunks { _ in random.number(in: 1...(1 << random.number(in: 0...13))) }
            if let found = try compare(whole, ragged, way: "random chunks of seed \(seed)") { return found }
        }
        return nil
    }

    private func chunks(_ size: (Int) -> Int) -> [ArraySlice<UInt8>] {
        var chunks: [ArraySlice<UInt8>] = []
        var at = 0
        while at < input.count {
            let end = min(at + size(at), input.count)
            chunks.append(input[at..<end])
            at = end
        }
        return chunks
    }

    private func compare(_ whole: [UInt8], _ chunks: [ArraySlice<UInt8>], way: String) throws -> Difference? {
        let output = try parse(chunks)
        return output == whole ? nil : Difference(way: way, whole: whole, output: output)
    }

    /// Where two outputs part.
    package struct Difference: CustomStringConvertible, Sendable {
        /// How the input was fed, and the lines of both outputs that differ first.
        package let description: String

        init(way: String, whole: [UInt8], output: [UInt8]) {
            let common = zip(whole, output).prefix { $0 == $1 }.count
            let line = whole.prefix(common).reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
            description = """
                \(way): output line \(line) differs from byte \(common) on
                  whole:  \(Self.excerpt(whole, common))
                  chunks: \(Self.excerpt(output, common))
                """
        }

        /// The bytes around `offset` in its line.
        private static func excerpt(_ bytes: [UInt8], _ offset: Int) -> String {
            guard offset < bytes.count else { return "<ends here, after \(bytes.count) bytes>" }
            let from = max(0, offset - 60)
            let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            return String(decoding: bytes[from..<min(end, offset + 120)], as: UTF8.self).debugDescription
        }
    }
}
