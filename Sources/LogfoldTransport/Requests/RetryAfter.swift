import LogfoldCore

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or the time by the wall clock.
package enum RetryAfter {
    /// No server may keep a sink waiting for longer.
    package static let longest = Duration.seconds(600)

    /// How long to wait, ``longest`` at the most; nil where the text is neither. `now` is in nanoseconds since 1970 UTC.
    package static func pause(_ text: String, now: Int64) -> Duration? {
        if let seconds = UInt32(text.trimmingBlanks) { return min(.seconds(Int64(seconds)), longest) }
        guard let time = time(text) else { return nil }
        return min(max(.zero, .nanoseconds(time - now)), longest)
    }

    /// `Sun, 22 Nov 2026 10:00:00 GMT`, the one form of a date that servers send today, in nanoseconds since 1970 UTC.
    private static func time(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int32(words[1]), let year = Int32(words[3]),
            let month = months.firstIndex(of: String(words[2])), 1970...9999 ~= year,
            let date = CivilDate(year: year, month: Int32(month) + 1, day: day)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, 0...23 ~= clock[0], 0...59 ~= clock[1], 0...60 ~= clock[2] else { return nil }
        return (date.daysSince1970 * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]) * 1_000_000_000
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
