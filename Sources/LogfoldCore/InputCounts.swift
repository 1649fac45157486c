/// An amount of what was read.
///
/// Signed: between two positions it is less than nothing where a source goes back.
package struct ReadAmount: Sendable, Equatable {
    /// Physical bytes, line ends and layers included.
    package var bytes: Int64 = 0
    /// Physical lines.
    package var lines: Int64 = 0
    /// The events that these are in.
    package var events: Int64 = 0

    /// Nothing.
    package init() {}

    /// Two amounts together.
    package static func += (left: inout ReadAmount, right: ReadAmount) {
        left.bytes &+= right.bytes
        left.lines &+= right.lines
        left.events &+= right.events
    }

    /// By how much an amount has grown from another.
    package static func - (left: ReadAmount, right: ReadAmount) -> ReadAmount {
        var difference = left
        difference.bytes &-= right.bytes
        difference.lines &-= right.lines
        difference.events &-= right.events
        return difference
    }
}

/// What became of what was read of an input, over all runs. Saved with the positions that make it safe, so that a crash
/// does not part the two.
package struct InputCounts: Sendable, Equatable {
    /// In events that have left the engine for the spool.
    package var inEvents = ReadAmount()
    /// In events that a transform has dropped, or that no sink takes.
    package var leftOut = ReadAmount()
    /// Bytes that were lost before they could be read.
    package var lostBytes: Int64 = 0
    /// How often something was lost before it could be read.
    package var losses: Int64 = 0

    /// Nothing.
    package init() {}

    /// Adds what has come to it.
    package static func += (left: inout InputCounts, right: InputCounts) {
        left.inEvents += right.inEvents
        left.leftOut += right.leftOut
        left.lostBytes &+= right.lostBytes
        left.losses &+= right.losses
    }
}

extension [String: InputCounts] {
    /// Adds what has come to each input.
    package static func += (left: inout Self, right: Self) {
        for (input, counts) in right { left[input, default: InputCounts()] += counts }
    }
}

// MARK: - Coding

extension StateEncoder {
    /// An amount.
    package mutating func append(_ amount: ReadAmount) {
        append(signed: amount.bytes)
        append(signed: amount.lines)
        append(signed: amount.events)
    }

    /// Counts by the names of inputs, in order.
    package mutating func append(inputs: [String: InputCounts]) {
        append(each: inputs.sorted { $0.key < $1.key }) { encoder, input in
            encoder.append(input.key)
            encoder.append(input.value.inEvents)
            encoder.append(input.value.leftOut)
            encoder.append(signed: input.value.lostBytes)
            encoder.append(signed: input.value.losses)
        }
    }
}

extension StateDecoder {
    /// An amount.
    package mutating func amount() throws(Damaged) -> ReadAmount {
        var amount = ReadAmount()
        amount.bytes = try signed()
        amount.lines = try signed()
        amount.events = try signed()
        return amount
    }

    /// Counts by the names of inputs.
    package mutating func inputs() throws(Damaged) -> [String: InputCounts] {
        let inputs = try list { (decoder) throws(Damaged) in
            let name = try decoder.string()
            var counts = InputCounts()
            counts.inEvents = try decoder.amount()
            counts.leftOut = try decoder.amount()
            counts.lostBytes = try decoder.signed()
            counts.losses = try decoder.signed()
            return (name, counts)
        }
        return Dictionary(inputs) { first, _ in first }
    }
}
