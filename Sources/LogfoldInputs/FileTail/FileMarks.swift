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

    /// Whether an offset is far enough from the last step to be one.
    func wantsStep(at offset: Int64) -> Bool { offset - (steps.first?.offset ?? 0) >= Self.distance }

    /// Adds a step; where there are too many, the one goes whose neighbours are nearest for their distance from here.
    mutating func addStep(_ step: FileMark) {
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
