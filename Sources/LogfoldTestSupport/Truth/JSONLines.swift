import Foundation

/// Reads JSON lines with Foundation, on purpose not with the reader that is under test.
package enum JSONLines {
    /// A line that is no JSON object.
    package struct Invalid: Error, CustomStringConvertible {
        /// Number of the line, from 1, and the beginning of its text.
        package let line: Int, text: String
        /// Where and what.
        package var description: String { "line \(line) is no JSON object: \(text)" }
    }

    static func read(path: String) throws -> [[String: Any]] {
        try read([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    static func read(_ bytes: [UInt8]) throws -> [[String: Any]] {
        var objects: [[String: Any]] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.isEmpty { continue }
            guard let value = try? JSONSerialization.jsonObject(with: Data(line)), let object = value as? [String: Any]
            else { throw Invalid(line: number, text: String(decoding: line.prefix(200), as: UTF8.self)) }
            objects.append(object)
        }
        return objects
    }
}

/// Times as our output and the truth spell them.
enum EventTime {
    /// Nanoseconds since 1970 of `YYYY-mm-dd[T ]HH:MM:SS[.fraction][Z]`, or nil.
    static func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19 else { return nil }
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 19, bytes[19] == UInt8(ascii: ".") {
            var digits = bytes[20...].prefix { (0x30...0x39).contains($0) }.prefix(9).map { Int64($0) - 0x30 }
            digits += Array(repeating: 0, count: 9 - digits.count)
            fraction = digits.reduce(0) { $0 * 10 + $1 }
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        return seconds * 1_000_000_000 + fraction
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `YYYY-mm-dd HH:MM:SS` of seconds since 1970.
    static func text(_ seconds: Int64) -> String {
        let (date, clock) = (Date(timeIntervalSince1970: Double(seconds)), Calendar.utc)
        let parts = clock.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func pad(_ value: Int?) -> String { value.map { $0 < 10 ? "0\($0)" : "\($0)" } ?? "??" }
        return "\(pad(parts.year))-\(pad(parts.month))-\(pad(parts.day)) "
            + "\(pad(parts.hour)):\(pad(parts.minute)):\(pad(parts.second))"
    }
}

extension Calendar {
    /// The Gregorian calendar in UTC.
    fileprivate static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
