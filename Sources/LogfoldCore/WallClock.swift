/// Turns the wall times of one stream into UTC: the rules of its zone, and how far its clock has come in a repeated
/// hour.
///
/// A repeated hour takes the earlier offset until the stream's time steps back, then the later; a skipped hour is
/// shifted forward. The common path is two comparisons and a subtraction: the stretch of wall time around the last
/// stamp that has one offset, half a year in most zones, is kept. Nanoseconds beyond 64 bits are cut to them.
package struct WallClock: Sendable {
    /// The zone.
    package let rules: TimeZoneRules
    /// The kept stretch of wall time: its first nanosecond.
    @usableFromInline var from: Int64 = 0
    /// The nanosecond behind its last.
    @usableFromInline var until: Int64 = 0
    /// What is taken from a wall time there, in nanoseconds.
    @usableFromInline var shift: Int64 = 0
    /// The stream's latest stamp; before everything at first.
    @usableFromInline var last: Int64 = .min
    private var overlap = Overlap(start: 0, end: 0)
    /// What the last yearless stamp was measured against.
    var referenceYear: ReferenceYear?

    /// An hour that the clocks show twice, and how far the stream has come in it.
    private struct Overlap {
        /// Its first wall nanosecond.
        var start: Int64
        /// The one behind its last.
        var end: Int64
        /// The stream's highest wall time of the first pass.
        var peak: Int64 = .min
        /// Whether the stream is in the second pass.
        var hasSteppedBack = false
    }

    /// Workers that share a file write their lines up to a second out of order; that is no step of the clock.
    private static let disorder: Int64 = 2_000_000_000

    /// How far a clock has come: what a clock of the same zone needs to go on with.
    package struct Phase: Sendable, Equatable {
        /// The latest stamp.
        package var last: Int64 = .min
        /// The repeated hour that was seen last, as wall nanoseconds: its first, the one behind its last.
        package var overlap: (start: Int64, end: Int64) = (0, 0)
        /// The highest wall time of its first pass.
        package var peak: Int64 = .min
        /// Whether the second pass has begun.
        package var hasSteppedBack = false

        /// No stamp yet.
        package init() {}

        /// Whether two clocks have come as far.
        package static func == (left: Phase, right: Phase) -> Bool {
            left.last == right.last && left.overlap == right.overlap && left.peak == right.peak
                && left.hasSteppedBack == right.hasSteppedBack
        }
    }

    /// How far the clock has come.
    package var phase: Phase {
        get {
            var phase = Phase()
            phase.last = last
            phase.overlap = (overlap.start, overlap.end)
            phase.peak = overlap.peak
            phase.hasSteppedBack = overlap.hasSteppedBack
            return phase
        }
        set {
            last = newValue.last
            overlap = Overlap(
                start: newValue.overlap.start, end: newValue.overlap.end, peak: newValue.peak,
                hasSteppedBack: newValue.hasSteppedBack)
            (from, until) = (0, 0)
        }
    }

    /// A clock that has seen no stamp yet.
    package init(rules: TimeZoneRules) { self.rules = rules }

    /// UTC nanoseconds of a wall time, and whether the time was repeated or skipped, so that the answer is assumed.
    @inlinable
    package mutating func utc(wallNanoseconds wall: Int64) -> (utc: Int64, ambiguous: Bool) {
        if wall >= from && wall < until {
            last = wall
            return (wall &- shift, false)
        }
        return utcOutsideKeptStretch(wall)
    }

    @usableFromInline @inline(never)
    mutating func utcOutsideKeptStretch(_ wall: Int64) -> (utc: Int64, ambiguous: Bool) {
        defer { last = wall }
        let seconds = floor(wall, billion)
        switch rules.resolve(wallSeconds: seconds) {
        case .unique(let offset):
            keepStretch(around: seconds, offset: offset)
            return (Self.subtract(offset, from: wall), false)
        case .repeated(let first, let second):
            let change = rules.interval(atUTC: seconds - Int64(first)).until
            enterOverlap(
                wall, start: saturatedNanoseconds(change + Int64(second)),
                end: saturatedNanoseconds(change + Int64(first)))
            return (Self.subtract(overlap.hasSteppedBack ? second : first, from: wall), true)
        case .skipped(let before, _):
            return (Self.subtract(before, from: wall), true)
        }
    }

    private static func subtract(_ offset: Int32, from wall: Int64) -> Int64 {
        let (utc, overflow) = wall.subtractingReportingOverflow(Int64(offset) * billion)
        return overflow ? (offset > 0 ? .min : .max) : utc
    }

    private mutating func keepStretch(around seconds: Int64, offset: Int32) {
        let interval = rules.interval(atUTC: seconds - Int64(offset))
        let before = rules.offset(atUTC: interval.from - 1)
        let after = rules.offset(atUTC: interval.until)
        // Within a day of the bounds of 64 bits the subtraction could overflow: those times are never kept.
        let edge = Int64.max - 100_000 * billion
        from = max(saturatedNanoseconds(interval.from + Int64(max(before, offset))), -edge)
        until = min(saturatedNanoseconds(interval.until + Int64(min(after, offset))), edge)
        shift = Int64(offset) * billion
    }

    private mutating func enterOverlap(_ wall: Int64, start: Int64, end: Int64) {
        let wasInside = overlap.start == start && last >= start && last < end
        if !wasInside {
            overlap = Overlap(start: start, end: end)
            // A line out of order, just after the second pass has ended. Much later it is another file's beginning.
            overlap.hasSteppedBack = last >= end && last - end < end - start
        }
        if overlap.peak > Int64.min + Self.disorder, wall < overlap.peak - Self.disorder {
            overlap.hasSteppedBack = true
        }
        overlap.peak = max(overlap.peak, wall)
    }
}

/// Nanoseconds of a second.
let billion: Int64 = 1_000_000_000

/// Seconds as nanoseconds, cut to 64 bits.
func saturatedNanoseconds(_ seconds: Int64) -> Int64 {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: billion)
    return overflow ? (seconds > 0 ? .max : .min) : product
}
