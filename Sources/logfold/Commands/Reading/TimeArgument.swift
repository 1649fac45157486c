import LogfoldCore
import LogfoldParsing

/// A time as a person types it: `2026-11-22T16:59:18Z`, `2026-11-22 16:59` in the zone of the log, or `15m` for a
/// quarter of an hour ago.
enum TimeArgument {
    /// What is understood, for messages.
    static let forms = "give a time such as 2026-11-22T16:59:18Z, '2026-11-22 16:59', or 15m, 2h, 3d for so long ago"

    /// Nanoseconds since 1970 UTC, or nil if the text is no time.
    static func nanoseconds(_ text: String, zone: TimeZoneRules, now: Int64) -> Int64? {
        if let duration = age(text) {
            let (time, overflow) = now.subtractingReportingOverflow(duration)
            return overflow ? nil : time
        }
        let stamp = stamp(text) ?? stamp(withSeconds(text)) ?? stamp(text + " 00:00:00")
        guard let stamp else { return nil }
        guard stamp.kind == .wall else { return stamp.nanoseconds }
        var clock = WallClock(rules: zone)
        return clock.utc(wallNanoseconds: stamp.nanoseconds).utc
    }

    /// `2026-11-22T17:00Z` with seconds: they stand behind the minutes, in front of an offset.
    private static func withSeconds(_ text: String) -> String {
        let minutes = "2026-11-22T17:00".count
        return text.prefix(minutes) + ":00" + text.dropFirst(minutes)
    }

    private static func stamp(_ text: String) -> LogTime? {
        let bytes = Array(text.utf8)
        // The reader looks at whole words.
        let padded = bytes + [UInt8](repeating: 0, count: 64)
        var reader = TimestampReader()
        var time = LogTime.absent
        let end = padded.withSpan { reader.read($0, 0, bytes.count, &time) }
        return end == bytes.count ? time : nil
    }

    /// A number with `s`, `m`, `h`, `d` or `w`, in nanoseconds.
    private static func age(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0 else {
            return nil
        }
        let (seconds, tooLong) = count.multipliedReportingOverflow(by: unit)
        let (nanoseconds, tooMany) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return tooLong || tooMany ? nil : nanoseconds
    }
}
