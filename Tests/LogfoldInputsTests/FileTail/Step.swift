import LogfoldTestSupport

/// One thing that happens to a log or to its reader. The cases are lists of these.
enum Step: Sendable {
    /// The next numbered records are appended to a file.
    case write(Int, to: String = "a.log")
    /// Bytes without an end of line; the next record's first half, or the second half of the one before.
    case half(of: String = "a.log")
    case rest(of: String = "a.log")
    case rename(String = "a.log", to: String = "a.log.1")
    /// `a.log.1` to `a.log.2` and so on, then `a.log` to `a.log.1`, as logrotate does.
    case rotate(String = "a.log")
    /// The same, but the log is copied and cut.
    case copyTruncate(String = "a.log")
    case copy(String = "a.log", to: String)
    case truncate(String = "a.log")
    case delete(String = "a.log")
    case gzip(String = "a.log.1")
    case zstd(String = "a.log.1")
    /// The reader runs until it has nothing to do.
    case read
    case later(Double)
    /// What was delivered is saved.
    case save
    /// The reader ends and begins again; killed, it has forgotten what was not saved.
    case stop, kill, start
}

/// Plays steps and keeps the account: every record has a number, and every one that was written has to come once.
final class Stage {
    let world: TailWorld
    private(set) var written: [String: [String]] = [:]
    private var next = 0
    private var half = ""

    init(_ world: TailWorld) { self.world = world }

    func play(_ steps: [Step]) throws {
        for step in steps { try play(step) }
    }

    private func record() -> String {
        next += 1
        return "2026-11-23 10:00:00.000 1 INFO nova.compute [-] record \(next)"
    }

    private func note(_ text: String, in name: String) {
        written[RotationNames.log(of: name), default: []].append(text)
    }

    func play(_ step: Step) throws {
        switch step {
        case .write(let count, let name):
            for _ in 0..<count {
                let text = record()
                note(text, in: name)
                try world.append(text + "\n", to: name)
            }
        case .half(let name):
            half = record()
            try world.append(String(half.prefix(40)), to: name)
        case .rest(let name):
            try world.append(String(half.dropFirst(40)) + "\n", to: name)
            note(half, in: name)
        case .rename(let name, let other): try world.rename(name, to: other)
        case .rotate(let name):
            try shift(name)
            try world.rename(name, to: name + ".1")
        case .copyTruncate(let name):
            try shift(name)
            try world.copy(name, to: name + ".1")
            try world.truncate(name)
        case .copy(let name, let other): try world.copy(name, to: other)
        case .truncate(let name): try world.truncate(name)
        case .delete(let name): try world.remove(name)
        case .gzip(let name): try world.pack(name)
        case .zstd(let name): try world.pack(name, with: "zstd")
        case .read: world.settle()
        case .later(let seconds): world.later(seconds: seconds)
        case .save: world.feed.saveAll()
        case .stop:
            world.feed.saveAll()
            world.end()
        case .kill: world.end()
        case .start: world.begin()
        }
    }

    private func shift(_ name: String) throws {
        for number in (1..<9).reversed() {
            for ending in ["", ".gz", ".zst"] where world.exists("\(name).\(number)\(ending)") {
                try world.rename("\(name).\(number)\(ending)", to: "\(name).\(number + 1)\(ending)")
            }
        }
    }
}

private enum RotationNames {
    /// `a.log` of `a.log.1`: names in these tests have one dot of their own.
    static func log(of name: String) -> String {
        name.split(separator: ".").prefix(2).joined(separator: ".")
    }
}
