import LogfoldCore

/// What a sink that sends requests knows beyond its process: saved with the positions that it has acknowledged.
struct RequestSinkState: Equatable {
    var tally = SinkTally()
    /// See ``RequestSize/refused``.
    var refusedBytes: Int?

    private static let version: UInt64 = 2

    init(tally: SinkTally = SinkTally(), refusedBytes: Int? = nil) {
        self.tally = tally
        self.refusedBytes = refusedBytes
    }

    /// Reads a state; the empty one where the bytes are none.
    init(_ bytes: [UInt8]) {
        self.init()
        var decoder = StateDecoder(bytes)
        do throws(StateDecoder.Damaged) {
            guard !bytes.isEmpty, try decoder.number() == Self.version else { return }
            var tally = SinkTally()
            tally.sent = try decoder.number()
            tally.deadLettered = try decoder.number()
            tally.repeated = try decoder.number()
            tally.foundAtFirst = try decoder.number()
            tally.failureStored = try decoder.number()
            let refused = try decoder.number()
            tally.handedOver = try decoder.number()
            tally.resent = try decoder.number()
            self.tally = tally
            refusedBytes = refused == 0 ? nil : Int(clamping: refused)
        } catch {
            // As if there were none: the server will say again what is too large for it.
            self = RequestSinkState()
        }
    }

    var encoded: [UInt8] {
        var encoder = StateEncoder()
        let numbers = [
            Self.version, tally.sent, tally.deadLettered, tally.repeated, tally.foundAtFirst, tally.failureStored,
            UInt64(refusedBytes ?? 0), tally.handedOver, tally.resent,
        ]
        for number in numbers { encoder.append(number) }
        return encoder.bytes
    }
}
