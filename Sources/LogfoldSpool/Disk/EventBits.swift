/// A bit for each event of a record.
struct EventBits: Equatable {
    private var words: [UInt64]
    /// How many events the record has.
    let size: Int

    /// No bit set.
    init(size: Int) {
        self.size = size
        words = Array(repeating: 0, count: (size + 63) / 64)
    }

    subscript(_ at: Int) -> Bool {
        get { words[at >> 6] >> UInt64(at & 63) & 1 == 1 }
        set {
            let bit = UInt64(1) << UInt64(at & 63)
            if newValue { words[at >> 6] |= bit } else { words[at >> 6] &= ~bit }
        }
    }

    /// How many are set.
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The bits that are set here and not there; both are of one record.
    func subtracting(_ other: EventBits) -> EventBits {
        var bits = self
        for at in bits.words.indices { bits.words[at] &= ~other.words[at] }
        return bits
    }

    /// Clears the bits of a range, as far as it lies inside, and says how many were set.
    mutating func clear(_ range: Range<Int>) -> Int {
        var cleared = 0
        for at in range.clamped(to: 0..<size) where self[at] {
            self[at] = false
            cleared += 1
        }
        return cleared
    }

    /// Clears the bits of events with these numbers, where the first bit has the number `first`.
    mutating func clear(_ events: Range<UInt64>, from first: UInt64) -> Int {
        let from = events.lowerBound > first ? events.lowerBound - first : 0
        let to = events.upperBound > first ? events.upperBound - first : 0
        return clear(Int(clamping: from)..<Int(clamping: to))
    }
}
