/// Numbers of events in the spool, in the order in which they came; those that follow one another are one range.
struct EventNumbers {
    private var ranges: [Range<UInt64>] = []

    /// Whether there are none.
    var isEmpty: Bool { ranges.isEmpty }

    /// Adds those of an event.
    mutating func append(_ numbers: Range<UInt64>) {
        if let last = ranges.last, last.upperBound == numbers.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<numbers.upperBound
        } else {
            ranges.append(numbers)
        }
    }

    /// All of them; afterwards there are none.
    mutating func take() -> [Range<UInt64>] {
        defer { ranges = [] }
        return ranges
    }
}
