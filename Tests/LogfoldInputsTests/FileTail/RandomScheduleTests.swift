import LogfoldTestSupport
import Testing

@Suite("Tailing through random schedules of writes, rotations and restarts")
struct RandomScheduleTests {
    /// How a schedule's logs are rotated.
    enum Style: String, CaseIterable, Sendable {
        case rename, renameAndPack, copyTruncate, copyTruncateAndPack, mixed
    }

    @Test("nothing is lost and nothing comes twice", arguments: Style.allCases, 0..<40)
    func schedule(style: Style, seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed) &* 977 &+ UInt64(style.hashValueOfName))
        let stage = Stage(try TailWorld(usesInotify: random.number(in: 0...3) > 0))
        // What was rotated before anybody looked is older than what the reader knows, and none of its business.
        var played: [Step] = [.write(1), .read]
        try stage.play(played)
        var isDown = false
        var rotations = 0
        for _ in 0..<60 {
            for step in Self.steps(&random, style, isDown: isDown, stage) {
                switch step {
                case .kill, .stop: isDown = true
                case .start: isDown = false
                case .rotate, .copyTruncate:
                    rotations += 1
                    // The ninth file is deleted.
                    if rotations > 8 { continue }
                case .gzip(let name), .zstd(let name): if !stage.world.exists(name) { continue }
                default: break
                }
                played.append(step)
                try stage.play(step)
            }
        }
        try stage.play((isDown ? [.start] : []) + [.later(5)])
        let written = stage.written["a.log"] ?? []
        let lines = stage.world.lines()
        let lost = Set(written).subtracting(lines).map(Self.number).sorted()
        let twice = Dictionary(grouping: lines.map(Self.number)) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        let account = played.map(\.short).joined(separator: " ")
        #expect(lost == [], "after \(account)")
        #expect(twice == [], "after \(account)")
        #expect(stage.world.feed.violations == [])
        #expect(stage.world.feed.losses.isEmpty, "after \(account)")
    }

    private static func number(_ line: String) -> Int { line.split(separator: " ").last.flatMap { Int($0) } ?? 0 }

    private static func steps(
        _ random: inout SplitMix64, _ style: Style, isDown: Bool, _ stage: Stage
    ) -> [Step] {
        switch random.number(in: 0...9) {
        case 0...3: return [.write(random.number(in: 1...4))]
        case 4, 5: return isDown ? [.start] : [.read]
        case 6: return isDown ? [.write(1)] : [[.save], [.later(0.3)], [.later(70)]][random.number(in: 0...2)]
        case 7: return isDown ? [.start] : [[.kill], [.stop]][random.number(in: 0...1)]
        case 8 where stage.world.exists("a.log.1"): return [.write(1, to: "a.log.1")]
        default: return stage.world.exists("a.log") ? rotation(&random, style, isDown: isDown) : [.write(1)]
        }
    }

    private static func rotation(_ random: inout SplitMix64, _ style: Style, isDown: Bool) -> [Step] {
        let isRename = style == .rename || style == .renameAndPack || style == .mixed && random.number(in: 0...1) == 0
        let isPacked =
            style == .renameAndPack || style == .copyTruncateAndPack || style == .mixed && random.number(in: 0...1) == 0
        let pack: [Step] = isPacked ? [random.number(in: 0...1) == 0 ? .gzip() : .zstd()] : []
        return [isRename ? .rotate() : .copyTruncate()] + pack
    }
}

extension Step {
    /// For the account of a schedule.
    fileprivate var short: String {
        switch self {
        case .write(let count, "a.log"): "+\(count)"
        case .write(let count, let name): "+\(count)>\(name)"
        case .rotate: "mv"
        case .copyTruncate: "cp"
        case .gzip: "gz"
        case .zstd: "zst"
        case .later(let seconds): "\(seconds)s"
        default: "\(self)"
        }
    }
}

extension RandomScheduleTests.Style {
    fileprivate var hashValueOfName: Int { rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) } }
}
