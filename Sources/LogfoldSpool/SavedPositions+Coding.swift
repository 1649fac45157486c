import LogfoldCore

// The positions file. All numbers as StateEncoder writes them:
//
//     magic      8 bytes  "LFPOS" 0 0 and the version, 3; version 1 has no events lost, and neither it nor version 2 has
//                         counts of inputs and of events left out, nor events ahead
//     checksum   4 bytes  CRC-32 of all that follows, lowest byte first
//     generation: number of the first journal that goes on from here
//     next key
//     checkpoints, each once, however many sinks share it: key, input, offset, spans that have left, state, place
//     sinks: name, state, events delivered, events lost by cause, events left out, what was read of inputs up to its
//            places, events ahead of these, numbers of its checkpoints in that list
//
// It is replaced whole: written under another name, brought to the disk, renamed. A file that is not right to the last
// bit is set aside, since half a truth about positions would be a silent loss.
//
// Between two such files every step is appended to a journal, positions.N.log, by one write(2) and without waiting for
// the disk: so a killed process has lost no step, and a machine that lost its power is back at the file. Records:
//
//     length     4 bytes  of the payload, lowest byte first
//     checksum   4 bytes  CRC-32 of the payload
//     payload    a PositionChange
//
// A snapshot of generation N is the state before the first record of journal N. The journal goes over to the next
// number while the state is copied; that copy may fail to reach the disk, so at the start journal N, N + 1, … are all
// read, each up to its first record that is not whole.

extension SavedPositions {
    private static let magic: [UInt8] = Array("LFPOS".utf8) + [0, 0]
    private static let version: UInt8 = 3

    /// The bytes of the file.
    package func encoded(generation: UInt64 = 0, checksum: ([UInt8]) -> UInt32) -> [UInt8] {
        var encoder = StateEncoder()
        encoder.append(generation)
        encoder.append(nextKey)
        var numbers: [UInt64: [(SourceCheckpoint, Int)]] = [:]
        var shared: [SourceCheckpoint] = []
        let references = sinks.map { sink in
            sink.checkpoints.keys.sorted().compactMap { key -> Int? in
                guard let checkpoint = sink.checkpoints[key] else { return nil }
                if let known = numbers[key]?.first(where: { $0.0 == checkpoint }) { return known.1 }
                numbers[key, default: []].append((checkpoint, shared.count))
                shared.append(checkpoint)
                return shared.count - 1
            }
        }
        encoder.append(each: shared) { $0.append($1) }
        encoder.append(each: zip(sinks, references).map { $0 }) { encoder, sink in
            encoder.append(sink.0.name)
            encoder.append(sink.0.state)
            encoder.append(sink.0.delivered)
            encoder.append(counts: sink.0.dropped)
            encoder.append(sink.0.filtered)
            encoder.append(inputs: sink.0.read)
            encoder.append(ahead: sink.0.ahead)
            encoder.append(each: sink.1) { $0.append(UInt64($1)) }
        }
        let sum = checksum(encoder.bytes)
        let sumBytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
        return Self.magic + [Self.version] + sumBytes + encoder.bytes
    }

    /// What the bytes of a file say.
    package static func decode(
        _ bytes: [UInt8], checksum: ([UInt8]) -> UInt32
    ) throws(SavedFileProblem) -> (positions: SavedPositions, generation: UInt64) {
        guard bytes.count > 12, Array(bytes[..<7]) == Self.magic else { throw .foreign("positions file") }
        guard 1...Self.version ~= bytes[7] else { throw .version(bytes[7]) }
        let sum = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let payload = Array(bytes[12...])
        guard checksum(payload) == sum else { throw .damaged }
        do throws(StateDecoder.Damaged) {
            var decoder = StateDecoder(payload)
            let generation = try decoder.number()
            return (try SavedPositions(from: &decoder, version: bytes[7]), generation)
        } catch {
            throw .damaged
        }
    }

    private init(from decoder: inout StateDecoder, version: UInt8) throws(StateDecoder.Damaged) {
        nextKey = try decoder.number()
        let shared = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try SourceCheckpoint(from: &decoder) }
        sinks = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            var sink = SinkPositions(name: try decoder.string())
            sink.state = try decoder.text()
            sink.delivered = try decoder.number()
            if version > 1 { sink.dropped = try decoder.counts() }
            if version > 2 {
                sink.filtered = try decoder.number()
                sink.read = try decoder.inputs()
                sink.ahead = try decoder.ahead()
            }
            let numbers = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try decoder.number() }
            for number in numbers {
                guard number < UInt64(shared.count) else { throw StateDecoder.Damaged() }
                sink.checkpoints[shared[Int(number)].key] = shared[Int(number)]
            }
            return sink
        }
    }
}
