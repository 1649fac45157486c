import LogfoldCore

/// A time stamp as layers write it: what it says and where it ends.
///
/// Dates are checked against the calendar, so that digits which only look like a date are no stamp.
package struct LayerStamp {
    /// The time.
    package var time: LogTime
    /// Offset behind the stamp's last byte.
    package var end: Int

    /// `2026-11-22T16:50:52.123456789Z` or with `+01:00` or `+0100` (journalctl's short-iso), any number of digits.
    package static func rfc3339(_ bytes: RawSpan, at start: Int, limit: Int) -> LayerStamp? {
        guard var stamp = dateAndTime(bytes, at: start, limit: limit, separator: UInt8(ascii: "T")),
            let zone = Zone(bytes, at: stamp.end, limit: limit)
        else { return nil }
        stamp.time.nanoseconds -= Int64(zone.seconds) * 1_000_000_000
        stamp.time.kind = .utc
        stamp.end = zone.end
        return stamp
    }

    /// `2026-11-22 16:50:52.123456`: date and time of the wall clock, with or without a fraction.
    package static func wall(_ bytes: RawSpan, at start: Int, limit: Int) -> LayerStamp? {
        dateAndTime(bytes, at: start, limit: limit, separator: UInt8(ascii: " "))
    }

    /// `Nov 22 16:50:52` or `Nov  2 16:50:52.123456` (RFC 3164 section 4.1.2): no year, counted from the start of 1972.
    package static func bsd(_ bytes: RawSpan, at start: Int, limit: Int) -> LayerStamp? {
        guard limit - start >= 15, bytes[start + 3] == UInt8(ascii: " "), bytes[start + 6] == UInt8(ascii: " "),
            let month = month(bytes.u32(start) & 0xFF_FFFF)
        else { return nil }
        let isPadded = bytes[start + 4] == UInt8(ascii: " ")
        // A blank and a zero differ in one bit only.
        guard let day = twoDigits(isPadded ? bytes.u16(start + 4) | 0x10 : bytes.u16(start + 4)),
            let date = CivilDate(year: 1972, month: Int32(month), day: Int32(day)),
            let clock = ClockTime(bytes, at: start + 7, limit: limit)
        else { return nil }
        let days = date.daysSince1970 - CivilDate.days(beforeYear: 1972)
        return LayerStamp(time: clock.time(day: days, kind: .yearless), end: clock.end)
    }

    /// `Tue May 04 01:39:46.541666 2021`, as Apache's error log begins; the fraction may be missing.
    static func apache(_ bytes: RawSpan, at start: Int, limit: Int) -> LayerStamp? {
        guard limit - start >= 24, bytes[start + 3] == UInt8(ascii: " "), bytes[start + 7] == UInt8(ascii: " "),
            let month = month(bytes.u32(start + 4) & 0xFF_FFFF),
            // A blank and a zero differ in one bit only.
            let day = twoDigits(bytes.u16(start + 8) | 0x10), bytes[start + 10] == UInt8(ascii: " "),
            let clock = ClockTime(bytes, at: start + 11, limit: limit), limit - clock.end >= 5,
            bytes[clock.end] == UInt8(ascii: " "), let century = twoDigits(bytes.u16(clock.end + 1)),
            let year = twoDigits(bytes.u16(clock.end + 3)), years.contains(century * 100 + year),
            let date = CivilDate(year: Int32(century * 100 + year), month: Int32(month), day: Int32(day))
        else { return nil }
        return LayerStamp(time: clock.time(day: date.daysSince1970, kind: .wall), end: clock.end + 5)
    }

    /// Those whose nanoseconds fit into 64 bits, with room for an offset.
    private static let years = 1970...2261

    private static func dateAndTime(
        _ bytes: RawSpan, at start: Int, limit: Int, separator: UInt8
    ) -> LayerStamp? {
        guard limit - start >= 19, bytes[start + 10] == separator,
            let date = Digits(bytes.u64(start), shape: Digits.date), let day = twoDigits(bytes.u16(start + 8)),
            let clock = ClockTime(bytes, at: start + 11, limit: limit)
        else { return nil }
        let year = date.pair(0) * 100 + date.pair(2)
        guard years.contains(year),
            let date = CivilDate(year: Int32(year), month: Int32(date.pair(5)), day: Int32(day))
        else { return nil }
        return LayerStamp(time: clock.time(day: date.daysSince1970, kind: .wall), end: clock.end)
    }
}

/// `16:50:52` and an optional fraction.
private struct ClockTime {
    let seconds: Int
    let nanoseconds: Int
    let fractionDigits: Int
    let end: Int

    init?(_ bytes: RawSpan, at start: Int, limit: Int) {
        guard limit - start >= 8, let clock = Digits(bytes.u64(start), shape: Digits.clock) else { return nil }
        let (hour, minute, second) = (clock.pair(0), clock.pair(3), clock.pair(6))
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        var at = start + 8
        var fraction = 0
        var kept = 0
        if limit - at >= 2, bytes[at] == UInt8(ascii: "."), bytes[at + 1] &- UInt8(ascii: "0") < 10 {
            at += 1
            while at < limit, bytes[at] &- UInt8(ascii: "0") < 10 {
                if kept < 9 {
                    fraction = fraction &* 10 &+ Int(bytes[at] &- UInt8(ascii: "0"))
                    kept += 1
                }
                at += 1
            }
        }
        for _ in kept..<9 { fraction *= 10 }
        seconds = hour * 3600 + minute * 60 + second
        nanoseconds = fraction
        fractionDigits = kept
        end = at
    }

    /// This time of a day that is counted from the kind's own epoch.
    func time(day: Int64, kind: LogTime.Kind) -> LogTime {
        let whole = (day * 86_400 + Int64(seconds)) * 1_000_000_000
        return LogTime(
            nanoseconds: whole + Int64(nanoseconds), kind: kind,
            fractionDigits: UInt8(truncatingIfNeeded: fractionDigits))
    }
}

/// `Z`, `+01:00` or `+0100`.
private struct Zone {
    let seconds: Int
    let end: Int

    init?(_ bytes: RawSpan, at start: Int, limit: Int) {
        guard start < limit else { return nil }
        let sign = bytes[start]
        if sign == UInt8(ascii: "Z") {
            (seconds, end) = (0, start + 1)
            return
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), limit - start >= 5,
            let hours = twoDigits(bytes.u16(start + 1))
        else { return nil }
        let minutesAt = bytes[start + 3] == UInt8(ascii: ":") ? start + 4 : start + 3
        guard limit - minutesAt >= 2, let minutes = twoDigits(bytes.u16(minutesAt)), hours < 24, minutes < 60 else {
            return nil
        }
        let offset = hours * 3600 + minutes * 60
        seconds = sign == UInt8(ascii: "-") ? -offset : offset
        end = minutesAt + 2
    }
}

/// Digits and marks in eight bytes, checked all at once.
private struct Digits {
    typealias Shape = (text: UInt64, room: UInt64)

    /// `2026-11-`
    static var date: Shape { (0x2D30_302D_3030_3030, 0x7F76_767F_7676_7676) }
    /// `16:50:52`
    static var clock: Shape { (0x3030_3A30_303A_3030, 0x7676_7F76_767F_7676) }

    private let values: UInt64

    /// The digits of a little-endian word of this shape: `0` for any digit, marks for themselves.
    @inline(__always)
    init?(_ word: UInt64, shape: Shape) {
        // At a digit the difference is 0 to 9 and at a mark 0; what is left up to the top bit is 0x76 or 0x7F.
        let difference = word ^ shape.text
        let top: UInt64 = 0x8080_8080_8080_8080
        guard (difference | (difference &+ shape.room)) & top == 0 else { return nil }
        values = difference
    }

    /// The number in two digits.
    @inline(__always)
    func pair(_ index: UInt64) -> Int {
        Int((values >> (8 * index)) & 0xFF) * 10 + Int((values >> (8 * index + 8)) & 0xFF)
    }
}

/// The number in the two digits of a little-endian word, or nil.
@inline(__always)
private func twoDigits(_ word: UInt16) -> Int? {
    let (tens, ones) = (UInt8(truncatingIfNeeded: word) &- 0x30, UInt8(truncatingIfNeeded: word >> 8) &- 0x30)
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
}

/// The number, 1 to 12, of the month whose English name begins with these three bytes, little-endian, or nil.
private func month(_ name: UInt32) -> Int? {
    switch name {
    case 0x6E_614A: 1  // Jan
    case 0x62_6546: 2  // Feb
    case 0x72_614D: 3  // Mar
    case 0x72_7041: 4  // Apr
    case 0x79_614D: 5  // May
    case 0x6E_754A: 6  // Jun
    case 0x6C_754A: 7  // Jul
    case 0x67_7541: 8  // Aug
    case 0x70_6553: 9  // Sep
    case 0x74_634F: 10  // Oct
    case 0x76_6F4E: 11  // Nov
    case 0x63_6544: 12  // Dec
    default: nil
    }
}
