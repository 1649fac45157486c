/// By what a file is known where it was read to, and further back at a few places on the way: should it have lost its
/// last bytes in a power failure, reading goes on at the last place that is still as it was.
struct FileMarks: Sendable, Equatable {
    /// Where it was read to.
    var latest: FileMark?
    /// Places on the way, the latest first: the nearer to the end, the closer together.
    private(set) var steps: [FileMark] = []

    private static let distance: Int64 = 4096
    private static let mostSteps = 6

    /// None yet.
    init() {}

    /// What ``all`` has said.
    init(_ all: [FileMark]) {
        latest = all.first
        steps = Array(all.dropFirst().prefix(Self.mostSteps))
    }

    /// The latest first.
    var all: [FileMark] { (latest.map { [$0] } ?? []) + steps }

    /// Notes that reading came by these bytes, which begin at an offset; `tail` is what lies before their end.
    mutating func pass(_ bytes: ArraySlice<UInt8>, from offset: Int64, tail: [UInt8]) {
        guard offset + Int64(bytes.count) - (steps.first?.offset ?? 0) >= Self.distance else { return }
        for back in [16, 4, 1, 0].map({ $0 * Self.distance }) {
            let end = bytes.count - Int(back)
            guard end > 0, offset + Int64(end) - (steps.first?.offset ?? 0) >= Self.distance else { continue }
            let before = back == 0 ? tail[...] : bytes.prefix(end).suffix(FileMark.longest)
            if before.count == FileMark.longest { add(FileMark(at: offset + Int64(end), behind: Array(before))) }
        }
    }

    /// Adds a step; where there are too many, the one goes whose neighbours are nearest for their distance from here.
    private mutating func add(_ step: FileMark) {
        steps.insert(step, at: 0)
        guard steps.count > Self.mostSteps else { return }
        let crowded = (1..<(steps.count - 1)).min { crowding($0) < crowding($1) }
        steps.remove(at: crowded ?? steps.count - 1)
    }

    private func crowding(_ index: Int) -> Double {
        let gap = steps[index - 1].offset - steps[index + 1].offset
        return Double(gap) / Double(steps[0].offset - steps[index + 1].offset)
    }
}
