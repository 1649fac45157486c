/// A `strftime` format compiled into a reader: what `log_date_format` prints for `%(asctime)s`.
///
/// Names of months and days are those of the C locale, which Python services run in unless they ask for another.
struct DateProgram: Sendable {
    /// One thing to read.
    enum Step: Equatable, Sendable {
        case byte(UInt8)
        /// Up to `digits` digits; exactly so many unless blanks fill the place or nothing does.
        case number(Part, digits: Int, isLoose: Bool)
        case monthName, weekday, meridiem, offset, zoneName, fraction
        case epoch
    }

    /// What a number means.
    enum Part: Equatable, Sendable {
        case year, shortYear, month, day, dayOfYear, hour, hour12, minute, second, ignored
    }

    private(set) var steps: [Step] = []
    /// The byte between date and time of `%Y-%m-%d %H:%M:%S` and its like, which nearly all services print.
    private var common: UInt8?

    /// The format of `%(isotime)s`: RFC 3339 with microseconds and offset (R11).
    static let isotime = DateProgram(steps: [
        .number(.year, digits: 4, isLoose: false), .byte(UInt8(ascii: "-")),
        .number(.month, digits: 2, isLoose: false), .byte(UInt8(ascii: "-")),
        .number(.day, digits: 2, isLoose: false), .byte(UInt8(ascii: "T")),
        .number(.hour, digits: 2, isLoose: false), .byte(UInt8(ascii: ":")),
        .number(.minute, digits: 2, isLoose: false), .byte(UInt8(ascii: ":")),
        .number(.second, digits: 2, isLoose: false), .byte(UInt8(ascii: ".")), .fraction, .offset,
    ])

    private init(steps: [Step]) { self.steps = steps }

    /// The separator if the steps are a date and a time of fixed places, which are then read at once.
    private static func commonSeparator(_ steps: [Step]) -> UInt8? {
        guard steps.count == 11, case .byte(let separator) = steps[5] else { return nil }
        var fixed = Array(isotime.steps.prefix(11))
        fixed[5] = .byte(separator)
        return steps == fixed ? separator : nil
    }

    /// Compiles a format; Python takes `%Y-%m-%d %H:%M:%S,mmm` where it is empty.
    init(_ format: String) throws(FormatError) {
        let text = format.isEmpty ? "%Y-%m-%d %H:%M:%S" : format
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                steps.append(.byte(byte))
                continue
            }
            var isLoose = false
            while let flag = rest.first, "-_0^#".utf8.contains(flag) {
                if flag == UInt8(ascii: "-") || flag == UInt8(ascii: "_") { isLoose = true }
                rest.removeFirst()
            }
            try append(rest.popFirst() ?? 0, isLoose)
        }
        common = Self.commonSeparator(steps)
        if format.isEmpty { steps += [.byte(UInt8(ascii: ",")), .fraction] }
    }

    private mutating func append(_ letter: UInt8, _ isLoose: Bool) throws(FormatError) {
        func number(_ part: Part, _ digits: Int, _ padded: Bool = false) -> Step {
            .number(part, digits: digits, isLoose: isLoose || padded)
        }
        switch Character(UnicodeScalar(letter)) {
        case "Y", "G": steps.append(number(.year, 4))
        case "y", "g": steps.append(number(.shortYear, 2))
        case "m": steps.append(number(.month, 2))
        case "d": steps.append(number(.day, 2))
        case "e": steps.append(number(.day, 2, true))
        case "j": steps.append(number(.dayOfYear, 3))
        case "H": steps.append(number(.hour, 2))
        case "k": steps.append(number(.hour, 2, true))
        case "I": steps.append(number(.hour12, 2))
        case "l": steps.append(number(.hour12, 2, true))
        case "M": steps.append(number(.minute, 2))
        case "S": steps.append(number(.second, 2))
        case "u", "w": steps.append(number(.ignored, 1))
        case "U", "W", "V", "C": steps.append(number(.ignored, 2))
        case "b", "B", "h": steps.append(.monthName)
        case "a", "A": steps.append(.weekday)
        case "p", "P": steps.append(.meridiem)
        case "z": steps.append(.offset)
        case "Z": steps.append(.zoneName)
        case "f": steps.append(.fraction)
        case "s": steps.append(.epoch)
        case "%": steps.append(.byte(letter))
        case "n": steps.append(.byte(UInt8(ascii: "\n")))
        case "t": steps.append(.byte(UInt8(ascii: "\t")))
        case "T", "X": try expand("%H:%M:%S")
        case "R": try expand("%H:%M")
        case "r": try expand("%I:%M:%S %p")
        case "F": try expand("%Y-%m-%d")
        case "D", "x": try expand("%m/%d/%y")
        case "c": try expand("%a %b %e %H:%M:%S %Y")
        default:
            let shown = letter == 0 ? "%" : "%" + String(UnicodeScalar(letter))
            throw FormatError(
                problem: "“\(shown)” is no strftime directive that is known here",
                wayOut: "write the time with %Y-%m-%d %H:%M:%S or the like")
        }
    }

    private mutating func expand(_ format: String) throws(FormatError) { steps += try DateProgram(format).steps }

    /// Reads a time at `start`; the offset behind it, or nil. `clock` is changed only by what is printed.
    func read(_ bytes: RawSpan, _ start: Int, _ end: Int, _ clock: inout Clock) -> Int? {
        if let common, steps.count == 11 { return Self.readCommon(bytes, start, end, common, &clock) }
        var at = start
        for step in steps {
            switch step {
            case .byte(let byte):
                guard at < end, bytes[at] == byte else { return nil }
                at += 1
            case .number(let part, let digits, let isLoose):
                guard let value = Self.number(bytes, &at, end, digits, isLoose), clock.set(part, value) else {
                    return nil
                }
            case .monthName:
                guard let month = Self.name(bytes, &at, end, Self.months) else { return nil }
                clock.month = month + 1
            case .weekday:
                guard Self.name(bytes, &at, end, Self.weekdays) != nil else { return nil }
            case .meridiem:
                guard let half = Self.name(bytes, &at, end, Self.halves) else { return nil }
                clock.isAfternoon = half == 1
            case .fraction:
                guard Self.fraction(bytes, &at, end, &clock) else { return nil }
            case .offset:
                guard Self.offset(bytes, &at, end, &clock) else { return nil }
            case .zoneName:
                guard Self.zone(bytes, &at, end, &clock) else { return nil }
            case .epoch:
                guard let seconds = Self.number(bytes, &at, end, 11, true) else { return nil }
                clock.epoch = seconds
            }
        }
        return at
    }
}

// The layout that nearly all services print.
extension DateProgram {
    private static func readCommon(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ separator: UInt8, _ clock: inout Clock
    ) -> Int? {
        guard end - start >= 19, bytes[start + 10] == separator, bytes[start + 4] == UInt8(ascii: "-"),
            bytes[start + 7] == UInt8(ascii: "-"), bytes[start + 13] == UInt8(ascii: ":"),
            bytes[start + 16] == UInt8(ascii: ":"), let century = pair(bytes, start), let year = pair(bytes, start + 2),
            let month = pair(bytes, start + 5), let day = pair(bytes, start + 8), let hour = pair(bytes, start + 11),
            let minute = pair(bytes, start + 14), let second = pair(bytes, start + 17)
        else { return nil }
        clock.year = century * 100 + year
        let isTime =
            clock.set(.month, month) && clock.set(.day, day) && clock.set(.hour, hour) && clock.set(.minute, minute)
            && clock.set(.second, second)
        return isTime ? start + 19 : nil
    }

    /// The number of two digits.
    @inline(__always)
    private static func pair(_ bytes: RawSpan, _ at: Int) -> Int? {
        let word = bytes.u16(at)
        let (tens, ones) = (UInt8(truncatingIfNeeded: word) &- 0x30, UInt8(truncatingIfNeeded: word >> 8) &- 0x30)
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
    }
}

// The readers of single steps; each moves `at` behind what it read.
extension DateProgram {
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }
    private static let weekdays = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ].map { Array($0.utf8) }
    private static let halves = ["am", "pm"].map { Array($0.utf8) }

    static func number(_ bytes: RawSpan, _ at: inout Int, _ end: Int, _ digits: Int, _ isLoose: Bool) -> Int? {
        if isLoose { while at < end, bytes[at] == UInt8(ascii: " ") { at += 1 } }
        let start = at
        var value = 0
        while at < end, at - start < digits, bytes[at] &- 0x30 < 10 {
            value = value * 10 + Int(bytes[at] - 0x30)
            at += 1
        }
        return at - start == digits || isLoose && at > start ? value : nil
    }

    /// The number of the name, full or of three letters (two for AM and PM), in any case.
    private static func name(_ bytes: RawSpan, _ at: inout Int, _ end: Int, _ names: [[UInt8]]) -> Int? {
        let start = at
        while at < end, (bytes[at] | 0x20) &- 0x61 < 26 { at += 1 }
        for (number, name) in names.enumerated() {
            guard at - start == name.count || at - start == 3 && name.count > 3 else { continue }
            var same = 0
            while start + same < at, bytes[start + same] | 0x20 == name[same] { same += 1 }
            if start + same == at { return number }
        }
        return nil
    }

    /// Digits of a second; `time.strftime` of the C library prints `%f` as it stands.
    private static func fraction(_ bytes: RawSpan, _ at: inout Int, _ end: Int, _ clock: inout Clock) -> Bool {
        if bytes.has("%f", at: at, limit: end) {
            at += 2
            return true
        }
        let start = at
        var value: Int64 = 0
        while at < end, bytes[at] &- 0x30 < 10 {
            if at - start < 9 { value = value * 10 + Int64(bytes[at] - 0x30) }
            at += 1
        }
        guard at > start else { return false }
        clock.fractionDigits = UInt8(min(at - start, 9))
        for _ in Int(clock.fractionDigits)..<9 { value *= 10 }
        clock.nanoseconds = value
        return true
    }

    /// `Z`, `+0100`, `+01:00`.
    private static func offset(_ bytes: RawSpan, _ at: inout Int, _ end: Int, _ clock: inout Clock) -> Bool {
        guard at < end else { return false }
        let sign = bytes[at]
        at += 1
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") {
            clock.offset = 0
            return true
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(bytes, &at, end, 2, false)
        else { return false }
        if at < end, bytes[at] == UInt8(ascii: ":") { at += 1 }
        guard let minutes = number(bytes, &at, end, 2, false), hours < 24, minutes < 60 else { return false }
        let seconds = hours * 3600 + minutes * 60
        clock.offset = sign == UInt8(ascii: "-") ? -seconds : seconds
        return true
    }

    /// A zone's abbreviation. Only UTC is known for certain; any other leaves the time in the zone of the host.
    private static func zone(_ bytes: RawSpan, _ at: inout Int, _ end: Int, _ clock: inout Clock) -> Bool {
        let start = at
        while at < end,
            (bytes[at] | 0x20) &- 0x61 < 26 || bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-")
                || bytes[at] &- 0x30 < 10
        { at += 1 }
        let name = ByteRange(start, at)
        if bytes.equal(name, "UTC") || bytes.equal(name, "GMT") { clock.offset = 0 }
        return at > start
    }
}
