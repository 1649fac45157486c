/// What offset from UTC the clocks of a place show, at any time: a value without access to files or a clock.
///
/// A table of the times at which the offset changed, and a rule that goes on after the last of them. Abbreviations and
/// the daylight flag are left out, as nothing asks for them.
public struct TimeZoneRules: Sendable, Equatable {
    /// How the zone was named: `UTC`, `+02:00`, `Europe/Paris`.
    public let name: String
    /// The UTC seconds at which the offset changes, ascending.
    private let transitions: [Int64]
    /// The offset before the first transition, then that from each transition on.
    private let offsets: [Int32]
    /// What holds from the last transition on, or always where there is none.
    private let tail: RecurringRule?

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(name: "UTC", transitions: [], offsets: [0], tail: nil)

    /// A zone `offset` seconds east of UTC, for ever; beyond 26 hours the offset is cut to that.
    public init(fixedOffset offset: Int32, name: String) {
        let bounded = min(max(offset, -Self.widestOffset), Self.widestOffset)
        self.init(name: name, transitions: [], offsets: [bounded], tail: nil)
    }

    /// A zone by a rule as the `TZ` variable writes it, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    public init(posix text: String, name: String? = nil) throws(TimeZoneError) {
        self.init(name: name ?? text, transitions: [], offsets: [0], tail: try RecurringRule(posix: text))
    }

    /// A zone from a table; `offsets` has one entry more than `transitions`, which ascend.
    init(name: String, transitions: [Int64], offsets: [Int32], tail: RecurringRule?) {
        precondition(offsets.count == transitions.count + 1)
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.tail = tail
    }

    /// Offsets beyond this, in seconds, are no time zone (RFC 9636 §3.2).
    static let widestOffset: Int32 = 26 * 3600

    /// Seconds east of UTC at a UTC time.
    public func offset(atUTC seconds: Int64) -> Int32 { interval(atUTC: seconds).offset }

    /// A stretch of time with one offset.
    struct Interval {
        /// The first UTC second.
        var from: Int64
        /// The UTC second behind the last.
        var until: Int64
        /// Seconds east of UTC.
        var offset: Int32

        /// Before and after everything: far enough from the bounds of 64 bits that offsets can be added.
        static let distantPast: Int64 = -10_000_000_000_000_000
        /// See ``distantPast``.
        static let distantFuture: Int64 = 10_000_000_000_000_000

        /// The wall time at which the interval begins.
        var wallFrom: Int64 { from + Int64(offset) }
        /// The wall time at which it ends.
        var wallUntil: Int64 { until + Int64(offset) }
    }

    /// Times are cut to this many seconds on both sides of 1970, 31 million years.
    static let widestTime: Int64 = 1_000_000_000_000_000

    /// The time, cut to the range that all arithmetic here is safe in.
    static func bounded(_ seconds: Int64) -> Int64 { min(max(seconds, -widestTime), widestTime) }

    /// The stretch of one offset that holds a UTC time.
    func interval(atUTC time: Int64) -> Interval {
        let seconds = Self.bounded(time)
        let tableEnd = transitions.last ?? Interval.distantPast
        if let tail, seconds >= tableEnd {
            var interval = tail.interval(atUTC: seconds)
            interval.from = max(interval.from, tableEnd)
            return interval
        }
        let later = firstTransition(after: seconds)
        return Interval(
            from: later == 0 ? Interval.distantPast : transitions[later - 1],
            until: later == transitions.count ? Interval.distantFuture : transitions[later], offset: offsets[later])
    }

    private func firstTransition(after seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What a wall clock's time means in a zone.
public enum WallResolution: Sendable, Equatable {
    /// The clocks showed it once, at this offset.
    case unique(offset: Int32)
    /// They showed it twice, as they were set back: first at the offset before the change, then at the one after.
    case repeated(first: Int32, second: Int32)
    /// They never showed it, as they were set forward from one offset to the other.
    case skipped(before: Int32, after: Int32)
}

extension TimeZoneRules {
    /// Which offset, or which two, a wall time may have; seconds counted as if the wall clock showed UTC.
    public func resolve(wallSeconds: Int64) -> WallResolution {
        let wall = Self.bounded(wallSeconds)
        let last = wall + Int64(Self.widestOffset)
        var interval = interval(atUTC: wall - Int64(Self.widestOffset))
        var previous = interval.offset
        var found: Int32?
        while true {
            if wall >= interval.wallFrom && wall < interval.wallUntil {
                if let first = found { return .repeated(first: first, second: interval.offset) }
                found = interval.offset
            } else if found == nil && wall < interval.wallFrom {
                return .skipped(before: previous, after: interval.offset)
            }
            previous = interval.offset
            guard interval.until <= last else { return .unique(offset: found ?? previous) }
            interval = self.interval(atUTC: interval.until)
        }
    }
}

/// Why a zone file or rule cannot be used.
public enum TimeZoneError: Error, Equatable, CustomStringConvertible {
    /// The file does not begin with `TZif`.
    case notZoneFile
    /// The file ends before its data do.
    case truncated
    /// The data contradict RFC 9636; says how.
    case corrupt(String)
    /// The rule cannot be read; the rule, and what is wrong with it.
    case badRule(String, reason: String)

    /// A sentence without capital and full stop, to be put behind a file name.
    public var description: String {
        switch self {
        case .notZoneFile: "not a time zone file: it does not begin with 'TZif'"
        case .truncated: "the time zone file ends before its data do"
        case .corrupt(let how): "the time zone file is damaged: \(how)"
        case .badRule(let rule, let reason): "the time zone rule '\(rule)' cannot be read: \(reason)"
        }
    }
}
