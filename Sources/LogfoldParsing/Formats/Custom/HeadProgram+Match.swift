import LogfoldCore

extension HeadProgram {
    /// Matches the head at `start`; fills `head` and `fields` with all that it prints, ``Head/payload`` with where the
    /// message begins. False, with both in an undefined state, where the line is none of this format.
    func match(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head, _ fields: inout CustomFields
    ) -> Bool {
        var scan = Scan(at: start, fieldStart: start)
        for index in steps.indices {
            guard match(index, bytes, end, &scan, &head, &fields) else { return false }
        }
        head.time = scan.clock.time
        head.payload = scan.at
        return true
    }

    /// Where the matching of a line has come to.
    private struct Scan {
        var at: Int
        var fieldStart: Int
        var clock = Clock()
    }

    private func match(
        _ index: Int, _ bytes: RawSpan, _ end: Int, _ scan: inout Scan, _ head: inout Head,
        _ fields: inout CustomFields
    ) -> Bool {
        let start = scan.at
        switch steps[index] {
        case .literal(let literal):
            guard let next = skip(literal, bytes, start, end) else { return false }
            scan.at = next
            return true
        case .blanks:
            scan.at = bytes.skippingBlanks(start, end)
            return true
        case .padding(let width):
            let missing = max(0, width - (start - scan.fieldStart))
            scan.at = bytes.skippingBlanks(start, min(end, start + missing))
            return true
        case .time:
            guard let next = date.read(bytes, start, end, &scan.clock) else { return false }
            scan.at = next
        case .isotime:
            guard let next = DateProgram.isotime.read(bytes, start, end, &scan.clock) else { return false }
            scan.at = next
        case .epoch:
            return readEpoch(bytes, end, &scan)
        case .milliseconds:
            return readMilliseconds(bytes, end, &scan)
        case .level(let precision):
            guard let level = CustomLevel.read(bytes, start, end, precision) else { return false }
            head.level = level.severity
            head.levelText = ByteRange(start, level.end)
            scan.at = level.end
        case .number(let field):
            scan.at = bytes.skippingDigits(start, min(end, start + 20))
            guard scan.at > start else { return false }
            fields.set(field, ByteRange(start, scan.at), &head)
            if field == .levelNumber { head.level = CustomLevel.severity(bytes, head.levelText) }
        case .word(let field, let stop, let isLast):
            guard let next = wordEnd(bytes, start, end, stop, isLast) else { return false }
            scan.at = next
            fields.set(field, ByteRange(start, next), &head)
        case .id(let field, let isRequired):
            scan.at = idEnd(bytes, start, end)
            let id = ByteRange(start, scan.at)
            guard !isRequired || isRequestID(bytes, id) else { return false }
            fields.set(field, id, &head)
        case .ids:
            guard let next = readIDs(bytes, start, end, &fields) else { return false }
            scan.at = next
        case .group(let number):
            guard let next = groupEnd(index, bytes, start, end, groups[number].needsAnchor) else { return false }
            scan.at = next
            split(groups[number], bytes, ByteRange(start, next), &head, &fields)
        case .instance:
            for text in instances {
                guard let value = text.find(bytes, start, end) else { continue }
                head.instance = value.id
                scan.at = value.end
                break
            }
        }
        scan.fieldStart = start
        return true
    }

    /// The offset behind a literal. Blanks at its end may be missing where the line has lost them.
    private func skip(_ literal: ByteRange, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Int? {
        for offset in 0..<literal.count {
            let byte = text[literal.start + offset]
            guard start + offset < end else {
                let rest = text[(literal.start + offset)..<literal.end]
                return rest.allSatisfy { $0 == UInt8(ascii: " ") } ? end : nil
            }
            guard bytes[start + offset] == byte else { return nil }
        }
        return start + literal.count
    }

    private func readEpoch(_ bytes: RawSpan, _ end: Int, _ scan: inout Scan) -> Bool {
        guard let seconds = DateProgram.number(bytes, &scan.at, end, 11, true) else { return false }
        scan.clock.epoch = seconds
        guard scan.at < end, bytes[scan.at] == UInt8(ascii: ".") else { return true }
        let start = scan.at + 1
        var nanoseconds: Int64 = 0
        scan.at = bytes.skippingDigits(start, end)
        let digits = min(9, scan.at - start)
        for at in start..<(start + digits) { nanoseconds = nanoseconds * 10 + Int64(bytes[at] - 0x30) }
        for _ in digits..<9 { nanoseconds *= 10 }
        scan.clock.nanoseconds = nanoseconds
        scan.clock.fractionDigits = UInt8(digits)
        return true
    }

    /// `%(msecs)d` is a number, not a fraction: `7` is 7 ms. As `%s` it has decimals of its own, which are dropped.
    private func readMilliseconds(_ bytes: RawSpan, _ end: Int, _ scan: inout Scan) -> Bool {
        guard let value = DateProgram.number(bytes, &scan.at, end, 4, true) else { return false }
        scan.clock.setMilliseconds(value)
        if scan.at + 1 < end, bytes[scan.at] == UInt8(ascii: "."), bytes[scan.at + 1] &- 0x30 < 10 {
            scan.at = bytes.skippingDigits(scan.at + 1, end)
        }
        return true
    }

    private func wordEnd(_ bytes: RawSpan, _ start: Int, _ end: Int, _ stop: UInt8, _ isLast: Bool) -> Int? {
        var at = start
        var last: Int?
        while at < end, bytes[at] > UInt8(ascii: " ") {
            if bytes[at] == stop {
                last = at
                if !isLast { break }
            }
            at += 1
        }
        let word = isLast && stop != 0 ? last ?? start : at
        return word > start ? word : nil
    }

    private func idEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end {
            let byte = bytes[at]
            guard byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E || byte == 0x5F else {
                break
            }
            at += 1
        }
        return at
    }

    /// R3: a word before `req-…` is the global id, whatever it is.
    private func readIDs(_ bytes: RawSpan, _ start: Int, _ end: Int, _ fields: inout CustomFields) -> Int? {
        let first = idEnd(bytes, start, end)
        if bytes.has(" req-", at: first, limit: end) {
            let second = idEnd(bytes, first + 1, end)
            fields.globalRequestID = ByteRange(start, first)
            fields.requestID = ByteRange(first + 1, second)
            return second
        }
        fields.requestID = ByteRange(start, first)
        return isRequestID(bytes, fields.requestID) ? first : nil
    }

    /// Whether this can be a request id that is set: `req-…`, or eight bytes and a digit. Text of a traceback in
    /// brackets (`[Errno 2]`, `[instance: …]`) is none.
    private func isRequestID(_ bytes: RawSpan, _ id: ByteRange) -> Bool {
        if id.count > 4, bytes.has("req-", at: id.start, limit: id.end) { return true }
        guard id.count >= 8 else { return false }
        for at in id.start..<id.end where bytes[at] &- 0x30 < 10 { return true }
        return false
    }
}

// Fields that may hold blanks.
extension HeadProgram {
    /// Where the group of step `index` ends: before the first place where the next literal stands and, if it is blank,
    /// the step behind it matches as well.
    private func groupEnd(_ index: Int, _ bytes: RawSpan, _ start: Int, _ end: Int, _ needsAnchor: Bool) -> Int? {
        guard index + 1 < steps.count, case .literal(let literal) = steps[index + 1] else { return nil }
        let first = text[literal.start]
        var at = bytes.index(of: first, from: start, to: end)
        while at < end {
            if let next = skip(literal, bytes, at, end), !needsAnchor || isAnchor(index + 2, bytes, next, end) {
                return at
            }
            at = bytes.index(of: first, from: at + 1, to: end)
        }
        return nil
    }

    /// Whether step `index` matches and something that is no part of a longer word follows.
    private func isAnchor(_ index: Int, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var scan = Scan(at: start, fieldStart: start)
        var head = Head()
        var fields = CustomFields()
        var index = index
        if case .blanks = steps[index], index + 1 < steps.count {
            scan.at = bytes.skippingBlanks(start, end)
            index += 1
        }
        if case .group = steps[index] { return false }
        guard match(index, bytes, end, &scan, &head, &fields), scan.at > start else { return false }
        guard index + 1 < steps.count, case .literal(let literal) = steps[index + 1] else { return true }
        return skip(literal, bytes, scan.at, end) != nil
    }

    /// Gives the words of a group to its fields if there is one for each (R3), else gives the text up as one.
    private func split(
        _ group: Group, _ bytes: RawSpan, _ range: ByteRange, _ head: inout Head, _ fields: inout CustomFields
    ) {
        if group.fields.count == 1 {
            if group.fields[0] == .identity { return identity(bytes, range, &head, &fields) }
            var (start, end) = (range.start, range.end)
            while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
            while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
            return fields.set(group.fields[0], ByteRange(start, end), &head)
        }
        guard group.isSpaced, words(bytes, range) == group.fields.count else {
            fields.givenUp = range
            return
        }
        var at = range.start
        for field in group.fields {
            let next = bytes.index(of: UInt8(ascii: " "), from: at, to: range.end)
            fields.set(field, ByteRange(at, next), &head)
            at = min(next + 1, range.end)
        }
    }

    /// The default identity by the number of its words (R3): releases differ.
    private func identity(
        _ bytes: RawSpan, _ range: ByteRange, _ head: inout Head, _ fields: inout CustomFields
    ) {
        let count = words(bytes, range)
        guard count == 2 || count == 5 || count == 6 else {
            fields.givenUp = range
            return
        }
        var at = range.start
        for number in 0..<count {
            let next = bytes.index(of: UInt8(ascii: " "), from: at, to: range.end)
            fields.set(Self.identityField(number, of: count), ByteRange(at, next), &head)
            at = min(next + 1, range.end)
        }
    }

    private static func identityField(_ number: Int, of count: Int) -> CustomField {
        // The system scope stands fourth where it is printed.
        switch count == 5 && number > 2 ? number + 1 : number {
        case 0: .user
        case 1: .project
        case 2: .domain
        case 3: .systemScope
        case 4: .userDomain
        default: .projectDomain
        }
    }

    /// One more than there are blanks.
    private func words(_ bytes: RawSpan, _ range: ByteRange) -> Int {
        var count = 1
        for at in range.start..<range.end where bytes[at] == UInt8(ascii: " ") { count += 1 }
        return count
    }
}
