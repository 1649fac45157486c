/// How much faster than it was a log is played.
enum ReplaySpeed: Equatable {
    /// So many times.
    case times(Double)
    /// Without any pause.
    case unlimited

    /// Reads `10x`, `0.5x`, `max`; nil for what is none of these.
    init?(_ text: String) {
        if text == "max" {
            self = .unlimited
            return
        }
        guard text.hasSuffix("x"), let factor = Double(text.dropLast()), Self.factors.contains(factor) else {
            return nil
        }
        self = .times(factor)
    }

    private static let factors = 0.001...1_000_000.0
}

/// How long a replayed log pauses in front of each piece.
///
/// The log's time only moves forward: where lines of several workers are a little out of order, they come at once. A
/// stamp counts only as far as the one behind it confirms it, so that a single one from another year is not waited for.
/// Where two in a row lie well before the latest, the clock was set back (daylight saving, files that were joined), and
/// counting begins again there.
struct ReplayPace {
    private let speed: ReplaySpeed
    private let longest: Int64
    private var latest: Int64?

    /// What workers of one log may be apart: the engine's default for its own log clock.
    private static let disorder: Int64 = 2_000_000_000

    /// A pace that has not begun, with the longest pause in nanoseconds.
    init(_ speed: ReplaySpeed, longest: Int64) {
        self.speed = speed
        self.longest = longest
    }

    /// Nanoseconds to wait before a piece that was written at `time`, when the one behind it was at `next`.
    mutating func pause(before time: Int64?, next: Int64?) -> Int64 {
        guard let time, case .times(let factor) = speed else { return 0 }
        let confirmed = min(time, next ?? time)
        guard let latest else {
            self.latest = confirmed
            return 0
        }
        if confirmed < latest {
            if max(time, next ?? time) < latest - Self.disorder { self.latest = confirmed }
            return 0
        }
        self.latest = confirmed
        let (gap, isTooLong) = confirmed.subtractingReportingOverflow(latest)
        let pause = Double(gap) / factor
        return isTooLong || pause >= Double(longest) ? longest : Int64(pause)
    }
}
