/// A file that is, or once was, the log of a path: the path itself or what rotation made of it.
struct Sibling: Sendable, Equatable {
    var path: String
    var name: RotationName
    /// Whether it lies at the path that is read, and not where rotation has put it.
    var isLive: Bool
    var stamp: FileStamp
}

extension Sibling {
    /// Siblings from the oldest to the newest, each file once, without packed files beside which the original lies.
    ///
    /// The number or date in a name says which is older; the time of the last change only where that does not decide.
    static func inOrder(_ siblings: [Sibling]) -> [Sibling] {
        let originals = siblings.filter { one in
            !one.name.isCompressed || !siblings.contains { !$0.name.isCompressed && $0.name.isTwin(of: one.name) }
        }
        // Names of different kinds say nothing of each other: each kind by its names, then all by time.
        let numbered = originals.filter { !$0.isLive && $0.kind == .number }.sorted(by: isOlder)
        let dated = originals.filter { !$0.isLive && $0.kind == .date }.sorted(by: isOlder)
        let others = originals.filter { !$0.isLive && $0.kind == .none }.sorted(by: isOlder)
        let rotated = merge(merge(numbered, dated), others)
        return withoutRepeats(rotated + originals.filter(\.isLive))
    }

    private enum Kind { case number, date, none }

    private var kind: Kind {
        switch name.suffixes.first {
        case .number: .number
        case .date: .date
        case nil: .none
        }
    }

    private static func isOlder(_ left: Sibling, _ right: Sibling) -> Bool {
        left.name.isOlder(than: right.name)
            ?? ((left.stamp.modified, left.path) < (right.stamp.modified, right.path))
    }

    private static func merge(_ left: [Sibling], _ right: [Sibling]) -> [Sibling] {
        var merged: [Sibling] = []
        var (left, right) = (left[...], right[...])
        while let first = left.first, let second = right.first {
            merged.append(first.stamp.modified <= second.stamp.modified ? left.removeFirst() : right.removeFirst())
        }
        return merged + left + right
    }

    /// Of several names of one file the newest counts.
    private static func withoutRepeats(_ siblings: [Sibling]) -> [Sibling] {
        var seen: Set<FileID> = []
        return siblings.reversed().filter { seen.insert($0.stamp.id).inserted }.reversed()
    }
}
