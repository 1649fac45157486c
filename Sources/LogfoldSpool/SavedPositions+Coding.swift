import LogfoldCore

// The positions file. All numbers as StateEncoder writes them:
//
//     magic      8 bytes  "LFPOS" 0 0 and the version, 1
//     checksum   4 bytes  CRC-32 of all that follows, lowest byte first
//     next key
//     checkpoints, each once, however many sinks share it: key, input, offset, spans that have left, state, place
//     sinks: name, state, events delivered, numbers of its checkpoints in that list
//
// It is replaced whole: written under another name, brought to the disk, renamed. A file that is not right to the last
// bit is set aside, since half a truth about positions would be a silent loss.

extension SavedPositions {
    private static let magic: [UInt8] = Array("LFPOS".utf8) + [0, 0]
    private static let version: UInt8 = 1

    /// What is wrong with a positions file.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        /// It does not begin as one.
        case foreign
        /// A later logfold has written it.
        case version(UInt8)
        /// Its bytes are not those that were written.
        case damaged

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .foreign: "it is no positions file of logfold"
            case .version(let version): "it is of version \(version), which this logfold does not know"
            case .damaged: "it is damaged"
            }
        }
    }

    /// The bytes of the file.
    package func encoded(checksum: ([UInt8]) -> UInt32) -> [UInt8] {
        var encoder = StateEncoder()
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
            encoder.append(each: sink.1) { $0.append(UInt64($1)) }
        }
        let sum = checksum(encoder.bytes)
        let sumBytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
        return Self.magic + [Self.version] + sumBytes + encoder.bytes
    }

    /// What the bytes of a file say.
    package init(decoding bytes: [UInt8], checksum: ([UInt8]) -> UInt32) throws(Problem) {
        guard bytes.count > 12, Array(bytes[..<7]) == Self.magic else { throw .foreign }
        guard bytes[7] == Self.version else { throw .version(bytes[7]) }
        let sum = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let payload = Array(bytes[12...])
        guard checksum(payload) == sum else { throw .damaged }
        do { try self.init(payload) } catch { throw .damaged }
    }

    private init(_ payload: [UInt8]) throws(StateDecoder.Damaged) {
        var decoder = StateDecoder(payload)
        nextKey = try decoder.number()
        let shared = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try SourceCheckpoint(from: &decoder) }
        sinks = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            var sink = SinkPositions(name: try decoder.string())
            sink.state = try decoder.text()
            sink.delivered = try decoder.number()
            let numbers = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try decoder.number() }
            for number in numbers {
                guard number < UInt64(shared.count) else { throw StateDecoder.Damaged() }
                sink.checkpoints[shared[Int(number)].key] = shared[Int(number)]
            }
            return sink
        }
    }
}

extension StateEncoder {
    fileprivate mutating func append(_ checkpoint: SourceCheckpoint) {
        append(checkpoint.key)
        append(checkpoint.input)
        append(signed: checkpoint.position.offset)
        append(each: checkpoint.position.left) { encoder, span in
            encoder.append(signed: span.offset)
            encoder.append(signed: span.length)
        }
        append(checkpoint.position.state)
        append(checkpoint.place)
    }
}

extension SourceCheckpoint {
    fileprivate init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let key = try decoder.number()
        let input = try decoder.string()
        let offset = try decoder.signed()
        let left = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            EventSpan(offset: try decoder.signed(), length: try decoder.signed())
        }
        let state = try decoder.text()
        self.init(
            key: key, input: input, position: SourcePosition(offset: offset, left: left, state: state),
            place: try decoder.text())
    }
}
