extension RecurringRule {
    /// The rule that a `TZ` string writes.
    init(posix text: String) throws(TimeZoneError) {
        var reader = RuleReader(text)
        try reader.skipName()
        standard = -(try reader.time(widestHour: 24))
        guard !reader.atEnd else {
            daylight = nil
            return
        }
        try reader.skipName()
        let offset =
            reader.atEnd || reader.next == UInt8(ascii: ",") ? standard + 3600 : -(try reader.time(widestHour: 24))
        guard !reader.atEnd else {
            daylight = Daylight(
                offset: offset, start: YearlyTime(day: .weekday(month: 3, week: 2, day: 0), seconds: 7200),
                end: YearlyTime(day: .weekday(month: 11, week: 1, day: 0), seconds: 7200))
            return
        }
        try reader.expect(",", "the day on which it begins")
        let start = try reader.yearlyTime()
        try reader.expect(",", "the day on which it ends")
        let end = try reader.yearlyTime()
        guard reader.atEnd else { throw reader.error("something follows the second day of change") }
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

/// Reads the pieces of a `TZ` string from left to right.
private struct RuleReader {
    let text: String
    let bytes: [UInt8]
    var at = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    var atEnd: Bool { at >= bytes.count }
    var next: UInt8 { atEnd ? 0 : bytes[at] }

    func error(_ reason: String) -> TimeZoneError { .badRule(text, reason: reason) }

    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte), !atEnd else { return false }
        at += 1
        return true
    }

    mutating func expect(_ byte: Unicode.Scalar, _ what: String) throws(TimeZoneError) {
        guard take(byte) else { throw error("'\(byte)' and \(what) are missing") }
    }

    /// A name: at least three letters, or `<…>` of at least three letters, digits and signs.
    mutating func skipName() throws(TimeZoneError) {
        let quoted = take("<")
        let start = at
        while !atEnd, Self.isNameByte(next, quoted: quoted) { at += 1 }
        guard at - start >= 3 else { throw error("a name of three letters or more is missing") }
        if quoted, !take(">") { throw error("'>' is missing behind the name") }
    }

    private static func isNameByte(_ byte: UInt8, quoted: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): quoted
        default: false
        }
    }

    mutating func number(in range: ClosedRange<Int32>, _ what: String) throws(TimeZoneError) -> Int32 {
        let start = at
        var value: Int32 = 0
        while case UInt8(ascii: "0")...UInt8(ascii: "9") = next, at - start < 3 {
            value = value * 10 + Int32(next - UInt8(ascii: "0"))
            at += 1
        }
        guard at > start else { throw error("\(what) is missing") }
        guard range.contains(value) else {
            throw error("\(what) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(widestHour: Int32) throws(TimeZoneError) -> Int32 {
        let negative = take("-")
        if !negative { _ = take("+") }
        var seconds = try number(in: 0...widestHour, "the hour") * 3600
        if take(":") {
            seconds += try number(in: 0...59, "the minute") * 60
            if take(":") { seconds += try number(in: 0...59, "the second") }
        }
        return negative ? -seconds : seconds
    }

    /// A day of change and, behind `/`, its time; 02:00 without.
    mutating func yearlyTime() throws(TimeZoneError) -> RecurringRule.YearlyTime {
        let day = try day()
        return RecurringRule.YearlyTime(day: day, seconds: take("/") ? try time(widestHour: 167) : 7200)
    }

    private mutating func day() throws(TimeZoneError) -> RecurringRule.YearlyTime.Day {
        if take("J") { return .withoutLeapDay(try number(in: 1...365, "the day of the year")) }
        guard take("M") else { return .zeroBased(try number(in: 0...365, "the day of the year")) }
        let month = try number(in: 1...12, "the month")
        try expect(".", "the week of the month")
        let week = try number(in: 1...5, "the week of the month")
        try expect(".", "the day of the week")
        return .weekday(month: month, week: week, day: try number(in: 0...6, "the day of the week"))
    }
}
