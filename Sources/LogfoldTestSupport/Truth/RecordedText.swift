import Foundation

/// The physical lines of a recording.
struct LineIndex {
    let bytes: [UInt8]
    /// Offset of each line's first byte, and the end of the last one.
    private let starts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(offset + 1) }
        if starts.last != bytes.count { starts.append(bytes.count) }
        self.starts = starts
    }

    /// How many lines.
    var count: Int { starts.count - 1 }

    /// The bytes of line `number`, from 1, with its newline; empty where there is no such line.
    subscript(number: Int) -> ArraySlice<UInt8> {
        (1...max(count, 1)).contains(number) && count > 0 ? bytes[starts[number - 1]..<starts[number]] : []
    }

    /// Offset of line `number`, from 1.
    func offset(of number: Int) -> Int { starts[number - 1] }

    /// Number of the line that holds the byte at `offset`, or nil.
    func number(at offset: Int) -> Int? {
        guard offset >= 0, offset < bytes.count else { return nil }
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The text of some lines, invalid bytes repaired.
    func text(_ numbers: [Int]) -> String {
        String(decoding: numbers.flatMap { Array(self[$0]) }, as: UTF8.self)
    }

    /// Whether the line begins with a date, so that it is no rest of a torn line.
    func beginsWithDate(_ number: Int) -> Bool {
        let line = String(decoding: self[number].prefix(40), as: UTF8.self)
        return line.prefixMatch(of: /(?:\x1b\[[0-9;]*m)*\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/) != nil
    }
}

/// Which record each physical line belongs to.
struct LineOwners {
    private let truth: Truth
    private let lines: LineIndex
    private var owners: [Int: Int] = [:]
    private let hasTornRecords: Bool

    init(_ truth: Truth, lines: LineIndex) {
        self.truth = truth
        self.lines = lines
        hasTornRecords = truth.records.contains { $0.isTorn }
        for (number, record) in truth.records.enumerated() {
            for line in record.lineNumbers { owners[line] = number }
        }
    }

    /// Why a record is not judged, or nil.
    func exclusion(of number: Int) -> Exclusion? {
        let record = truth.records[number]
        if record.isTorn { return .torn }
        guard hasTornRecords else { return nil }
        return record.lineNumbers.contains { isFragment($0 + 1) } ? .fragment : nil
    }

    /// Whether a line is a rest of a torn one: nothing in it says whose it is.
    private func isFragment(_ line: Int) -> Bool {
        guard line <= lines.count else { return false }
        if let owner = owners[line], !truth.records[owner].isTorn { return false }
        return !lines.beginsWithDate(line)
    }

    /// Whether an event may begin at `offset` without a record: in foreign text or in a torn record.
    func isFree(_ offset: Int) -> Bool {
        guard let line = lines.number(at: offset) else { return false }
        guard let owner = owners[line] else { return true }
        return truth.records[owner].isTorn
    }
}

/// A log of rsyslog with its control characters (`#012`) decoded, to see which records it holds whole.
struct SyslogText {
    private let data: Data

    static func decode(_ bytes: [UInt8]) -> SyslogText {
        var data = Data(capacity: bytes.count)
        var rest = bytes[...]
        while let byte = rest.first {
            let digits = rest.dropFirst().prefix(3)
            if byte == UInt8(ascii: "#"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }),
                digits.first == 0x30
            {
                data.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
                rest = rest.dropFirst(4)
            } else {
                data.append(byte)
                rest = rest.dropFirst()
            }
        }
        return SyslogText(data: data)
    }

    /// Whether `text` is there whole, apart from white space at its end.
    func holds(_ text: String) -> Bool {
        let wanted = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return data.range(of: Data(wanted.utf8)) != nil
    }
}

/// Where two texts begin to differ, for messages.
struct TextDifference: CustomStringConvertible {
    let description: String

    init(_ expected: String, _ actual: String) {
        let (left, right) = (Array(expected.utf8), Array(actual.utf8))
        let common = zip(left, right).prefix { $0 == $1 }.count
        func excerpt(_ bytes: [UInt8]) -> String {
            let from = max(0, common - 30)
            return String(decoding: bytes.dropFirst(from).prefix(90), as: UTF8.self).debugDescription
        }
        description =
            "from byte \(common): \(excerpt(right)) (\(right.count) bytes) "
            + "instead of \(excerpt(left)) (\(left.count) bytes)"
    }
}
