/// Which line of a file begins at an offset, for the lines that were read last.
///
/// Decisions come a little later than the bytes, seldom much later: a window is enough, and memory stays bounded.
struct LineNumbers {
    private var starts: [Int] = [0]
    /// The number of the first line in `starts`.
    private var first = 1

    /// How many lines are remembered at least.
    static let window = 1 << 16

    /// Notes the lines that begin in or behind the next bytes of the file, which begin at `offset`.
    mutating func note(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        for at in bytes.indices where bytes[at] == UInt8(ascii: "\n") { starts.append(offset + at + 1) }
        guard starts.count > 4 * Self.window else { return }
        let forgotten = starts.count - Self.window
        starts.removeFirst(forgotten)
        first += forgotten
    }

    /// The number, from 1, of the line that holds the byte at `offset`; nil where it was forgotten.
    func line(at offset: Int) -> Int? {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : first + low - 1
    }
}
