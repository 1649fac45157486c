import LogfoldTestSupport

/// A world and what happens in it, all made from one number.
struct Schedule: Sendable, CustomStringConvertible {
    /// How things are for the whole of it.
    struct Conditions: Sendable {
        /// Rotated files are named by dates, not by numbers.
        var hasDates = false
        /// Every file begins with the same line.
        var hasBanner = false
        var usesInotify = true
        /// Reads are short and interrupted.
        var isFaulty = false
        var maxOpenFiles = 100
        /// Bytes of events that wait for the sink before nothing more is read.
        var spoolBytes = 1 << 20
        /// The pattern names rotated files, too.
        var includesRotated = false
    }

    let seed: Int
    var conditions = Conditions()
    var acts: [Act] = []

    /// These acts.
    init(_ acts: [Act], conditions: Conditions = Conditions()) {
        (seed, self.acts, self.conditions) = (0, acts, conditions)
    }

    /// The schedule of a number; one in which things happen while the reader is in the middle of a turn, too.
    init(seed: Int, isConcurrent: Bool = false) {
        self.seed = seed
        var random = SplitMix64(seed: UInt64(seed) &* 0x2545_F491_4F6C_DD1D)
        conditions.hasDates = random.chance(25)
        conditions.hasBanner = random.chance(40)
        conditions.usesInotify = !random.chance(15)
        // Whoever has read eleven bytes of two files cannot tell them apart.
        conditions.isFaulty = random.chance(10) && !conditions.hasBanner
        conditions.maxOpenFiles = random.chance(15) ? random.number(in: 1...3) : 100
        conditions.spoolBytes = random.chance(20) ? random.number(in: 2_000...20_000) : 1 << 20
        conditions.includesRotated = random.chance(15)
        // Which kinds of rotation there are: most logs know only one.
        let kinds = random.chance(30) ? Rotation.allCases : [random.element(of: Rotation.allCases)]
        let packing = random.element(of: Packing.allCases)
        for _ in 0..<random.number(in: 5...40) {
            acts += Self.daily(&random)
            if random.chance(35) { acts += Self.rotation(&random, random.element(of: kinds), packing, conditions) }
        }
        if isConcurrent { acts = Self.interleaved(acts, &random) }
    }

    var description: String {
        let words = [
            conditions.hasDates ? "dates" : nil, conditions.hasBanner ? "banner" : nil,
            conditions.usesInotify ? nil : "polled", conditions.isFaulty ? "faulty" : nil,
            conditions.maxOpenFiles < 100 ? "open \(conditions.maxOpenFiles)" : nil,
            conditions.spoolBytes < 1 << 20 ? "spool \(conditions.spoolBytes)" : nil,
            conditions.includesRotated ? "*.log*" : nil,
        ]
        return "schedule \(seed) (\(words.compactMap(\.self).joined(separator: ", "))): \(acts)"
    }
}

extension Schedule {
    enum Rotation: CaseIterable { case rename, copyTruncate, truncate, delete, aside, nothingNew }
    enum Packing: CaseIterable { case none, atOnce, later, sometimes }

    /// What happens between rotations.
    private static func daily(_ random: inout SplitMix64) -> [Act] {
        switch random.number(in: 0...19) {
        case 0...6:
            let writer: Act.Writer = random.chance(25) ? .second : .first
            return [.write(random.number(in: 1...5), by: writer, isLong: random.chance(5))] + between(&random)
        case 7: return [.half] + between(&random) + [.rest]
        case 8...10: return [.settle]
        case 11: return [.turn]
        case 12: return [.take(random.number(in: 1...20))]
        case 13, 14: return [.take(random.number(in: 1...20)), .acknowledge(random.number(in: 0...20))]
        case 15: return [.save]
        case 16: return [random.chance(70) ? .pause : .pass(milliseconds: 90_000)]
        case 17: return [random.chance(60) ? .kill : random.chance(60) ? .stop : .reload]
        case 18: return [.start]
        default: return [.reopen(.second)]
        }
    }

    /// What the reader, or a killer, may do between two steps of a rotation.
    private static func between(_ random: inout SplitMix64) -> [Act] {
        switch random.number(in: 0...19) {
        case 0...9: []
        case 10...12: [.turn]
        case 13...14: [.pass(milliseconds: Int64(random.number(in: 1...60))), .turn]
        case 15, 16: [.settle]
        case 17: [.kill]
        case 18: [.kill, .start]
        default: [.start, .settle]
        }
    }

    /// The same acts, some of those of others in the middle of a turn of the reader.
    private static func interleaved(_ acts: [Act], _ random: inout SplitMix64) -> [Act] {
        var result: [Act] = []
        var rest = acts[...]
        while let first = rest.first {
            let others = rest.prefix { $0.isOfOthers }.prefix(random.number(in: 1...4))
            if !others.isEmpty, random.chance(50) {
                let call = random.number(in: 1...(random.chance(50) ? 15 : 60))
                let gap = random.chance(40) ? 0 : random.number(in: 1...8)
                result.append(.amid(call: call, gap: gap, Array(others)))
                rest = rest.dropFirst(others.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func rotation(
        _ random: inout SplitMix64, _ rotation: Rotation, _ packing: Packing, _ conditions: Conditions
    ) -> [Act] {
        var steps: [Act] = []
        let pack: [Act] = [.beginPack(zstd: random.chance(40)), .endPack]
        let isPacked = packing == .sometimes ? random.chance(50) : packing != .none
        let isPackedLater = isPacked && (packing == .later || packing == .sometimes && random.chance(50))
        switch rotation {
        case .rename, .nothingNew:
            if isPackedLater { steps += pack }
            steps += [.shift, .moveAway]
            if random.chance(30) { steps.append(.write(random.number(in: 1...3), by: .first)) }
            if rotation == .rename { steps += random.chance(70) ? [.create, .reopen(.first)] : [.reopen(.first)] }
            if random.chance(50) { steps.append(.write(random.number(in: 1...3), by: .first)) }
            if isPacked, !isPackedLater { steps += pack }
            if random.chance(70) { steps.append(.reopen(.second)) }
        case .copyTruncate:
            if isPackedLater { steps += pack }
            steps += [.shift, .beginCopy, .endCopy]
            if random.chance(10) { steps.append(.write(1, by: .first)) }
            steps.append(.truncate)
            if random.chance(50) { steps.append(.write(random.number(in: 1...4), by: .first)) }
            if isPacked, !isPackedLater { steps += pack }
        case .truncate:
            if random.chance(50) { steps.append(.pause) }
            steps += [.truncate] + (random.chance(50) ? [.write(random.number(in: 1...9), by: .first)] : [])
        case .delete:
            if random.chance(50) { steps.append(.pause) }
            steps += [.delete, .reopen(.first), .reopen(.second), .write(random.number(in: 1...3), by: .first)]
        case .aside:
            if random.chance(50) { steps.append(.pause) }
            steps += [.moveAside] + (random.chance(80) ? [.truncate] : []) + [.moveBack]
        }
        if random.chance(10) { steps.append(.removeOldest) }
        return steps.flatMap { [$0] + between(&random) }
    }
}

extension SplitMix64 {
    /// True so many times out of a hundred.
    fileprivate mutating func chance(_ percent: Int) -> Bool { number(in: 1...100) <= percent }

    fileprivate mutating func element<Element>(of elements: [Element]) -> Element {
        elements[number(in: 0...(elements.count - 1))]
    }
}
