/// By what a file is known where it was read to, and further back at a few places on the way. Should it have lost its
/// last bytes in a power failure, reading goes on at the last place that is still as it was; and a copy that was made
/// before the last lines came is known by them.
struct FileMarks: Sendable, Equatable {
    /// Where it was read to.
    var latest: FileMark?
    /// Places on the way, the latest first: the nearer to the end, the closer together; and where the first read ended.
    private(set) var steps: [FileMark] = []

    /// Steps are no closer together than this, but for the first few KiB of a file.
    static let distance: Int64 = 4096
    private static let mostSteps = 6
    /// So much of the bytes before a place is enough beside other marks; less where it is all that there is.
    private static let shortest: Int64 = 64

    /// None yet.
    init() {}

    /// What ``all`` has said.
    init(_ all: [FileMark]) {
        latest = all.first
        steps = Array(all.dropFirst().prefix(Self.mostSteps))
    }

    /// The latest first.
    var all: [FileMark] { (latest.map { [$0] } ?? []) + steps }

    /// The mark that decides whether so many bytes, which end before ``latest``, are the first of the file: the last one
    /// in them. Nil where the last one lies too far back to tell.
    func deciding(_ size: Int64) -> FileMark? {
        all.first { $0.offset <= size }.flatMap { $0.offset > 0 && $0.offset * 4 >= size ? $0 : nil }
    }

    /// Notes that reading came by these bytes, which begin at an offset; `tail` is what lies before their end. A place
    /// in the first line, which ends at `head`, or in the next stamp would say little: many files may begin so.
    mutating func pass(_ bytes: ArraySlice<UInt8>, from offset: Int64, tail: [UInt8], head: Int = 0) {
        guard isFar(offset + Int64(bytes.count)) else { return }
        let count = Int64(bytes.count)
        // Near the end they are closest; of a small piece it must be known, too, what its parts were. The first step stays
        // for good: the second line, so that also a copy of no more than that is known.
        let near = [16, 4, 1, 0].map { $0 * Self.distance }
        let second = steps.isEmpty ? Self.lineEnd(in: bytes, behind: head - Int(offset)) : nil
        let backs = near + [count / 4 * 3, count / 2, count / 4] + (second.map { [count - Int64($0)] } ?? [])
        for back in backs.sorted(by: >) {
            let end = bytes.count - Int(back)
            let place = offset + Int64(end)
            guard end > 0, isFar(place) else { continue }
            guard place >= Int64(head) + Self.shortest || back == 0 || end == second else { continue }
            let before = back == 0 ? tail[...] : bytes.prefix(end).suffix(FileMark.longest)
            if before.count >= min(Self.shortest, place) { add(FileMark(at: place, behind: Array(before))) }
        }
    }

    /// How many bytes the first line that begins behind so many takes, with them.
    private static func lineEnd(in bytes: ArraySlice<UInt8>, behind count: Int) -> Int? {
        guard count > 0, count < bytes.count else { return nil }
        return bytes.dropFirst(count).firstIndex(of: 0x0A).map { $0 + 1 - bytes.startIndex }
    }

    /// Forgets what lies behind an offset: it is not there any more.
    mutating func forget(behind offset: Int64) {
        steps.removeAll { $0.offset > offset }
        if let end = latest, end.offset > offset { latest = steps.first }
    }

    /// Whether a place is far enough behind the last step to be one.
    private func isFar(_ place: Int64) -> Bool {
        place - (steps.first?.offset ?? 0) >= min(Self.distance, max(1, place / 4))
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
