import LogfoldCore

/// What a sink to a server knows beyond its process: saved with the positions that it has acknowledged.
struct ServerSinkState: Equatable {
    var tally = SinkTally()
    /// See ``RequestSize/refused``.
    var refusedBytes: Int?
    /// Nil where there is no state at all.
    var refusals: Refusals.State?

    private static let version: UInt64 = 3

    init(tally: SinkTally = SinkTally(), refusedBytes: Int? = nil, refusals: Refusals.State? = nil) {
        self.tally = tally
        self.refusedBytes = refusedBytes
        self.refusals = refusals
    }

    /// Reads a state; the empty one where the bytes are none.
    init(_ bytes: [UInt8]) {
        self.init()
        guard !bytes.isEmpty else { return }
        var decoder = StateDecoder(bytes)
        do throws(StateDecoder.Damaged) {
            let version = try decoder.number()
            guard 1...Self.version ~= version else { return }
            var tally = SinkTally()
            tally.sent = try decoder.number()
            tally.deadLettered = try decoder.number()
            tally.repeated = try decoder.number()
            tally.foundAtFirst = try decoder.number()
            tally.failureStored = try decoder.number()
            let refused = try decoder.number()
            var refusals = Refusals.State(deadLettered: tally.deadLettered)
            if version > 1 {
                refusals.commit = try decoder.number()
                refusals.lettersEnd.offset = Int64(clamping: try decoder.number())
                refusals.lettersEnd.beginning = UInt32(truncatingIfNeeded: try decoder.number())
            }
            if version > 2 {
                tally.handedOver = try decoder.number()
                tally.resent = try decoder.number()
            }
            self.refusals = refusals
            self.tally = tally
            refusedBytes = refused == 0 ? nil : Int(clamping: refused)
        } catch {
            // As if there were none: the server will say again what is too large for it.
            self = ServerSinkState()
        }
    }

    var encoded: [UInt8] {
        var encoder = StateEncoder()
        let refusals = refusals ?? Refusals.State(deadLettered: tally.deadLettered)
        let numbers = [
            Self.version, tally.sent, refusals.deadLettered, tally.repeated, tally.foundAtFirst, tally.failureStored,
            UInt64(refusedBytes ?? 0), refusals.commit, UInt64(clamping: refusals.lettersEnd.offset),
            UInt64(refusals.lettersEnd.beginning), tally.handedOver, tally.resent,
        ]
        for number in numbers { encoder.append(number) }
        return encoder.bytes
    }
}
