import LogfoldCore

/// Writes times: RFC 3339 in UTC. Events of one second come together, so the text of the last second is kept.
struct TimeText: ~Copyable {
    private var second = Int64.min
    private var text = ByteBuffer(capacity: 64)
    /// What stands before each time.
    private let opening: StaticString

    init(opening: StaticString) { self.opening = opening }

    /// Appends the opening and the time, with the fraction's digits in threes: 3, 6 or 9.
    @inline(__always)
    mutating func append(_ nanoseconds: Int64, fractionDigits: UInt8, to output: inout ByteBuffer) {
        var whole = nanoseconds / 1_000_000_000
        var rest = nanoseconds % 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            whole -= 1
        }
        if whole != second { remember(whole) }
        text.withPaddedSpan { output.append(short: $0, 0, $0.byteCount - ByteBuffer.padding) }
        switch fractionDigits {
        case ...3: output.append(threeDigits: Int(rest / 1_000_000))
        case ...6:
            output.append(threeDigits: Int(rest / 1_000_000))
            output.append(threeDigits: Int(rest / 1_000 % 1_000))
        default:
            output.append(threeDigits: Int(rest / 1_000_000))
            output.append(threeDigits: Int(rest / 1_000 % 1_000))
            output.append(threeDigits: Int(rest % 1_000))
        }
        output.append(UInt8(ascii: "Z"))
    }

    @inline(never)
    private mutating func remember(_ whole: Int64) {
        second = whole
        var days = whole / 86_400
        var rest = whole % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let date = CivilDate(daysSince1970: days)
        text.removeAll()
        text.append(opening)
        // RFC 3339 has four digits for the year; times out of their range are cut to it.
        text.append(decimal: Int64(Swift.min(Swift.max(date.year, 0), 9_999)), width: 4)
        text.append("-")
        text.append(decimal: Int64(date.month), width: 2)
        text.append("-")
        text.append(decimal: Int64(date.day), width: 2)
        text.append("T")
        text.append(decimal: rest / 3_600, width: 2)
        text.append(":")
        text.append(decimal: rest / 60 % 60, width: 2)
        text.append(":")
        text.append(decimal: rest % 60, width: 2)
        text.append(".")
    }
}
