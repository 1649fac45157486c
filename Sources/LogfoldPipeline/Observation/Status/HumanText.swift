/// Numbers as a person reads them.
package enum HumanText {
    /// A count with commas between thousands: `1,234,567`.
    package static func count(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A count of things: `1 event`, `1,234 events`.
    package static func count(_ number: some BinaryInteger, of noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Bytes in the largest binary unit of which there is at least one: `512 B`, `1.2 MiB`.
    package static func bytes(_ number: Int64) -> String {
        let magnitude = number.magnitude
        for (name, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] where magnitude >> UInt64(shift) > 0 {
            let tenths = ((magnitude >> UInt64(shift - 10)) * 10) >> 10
            return "\(number < 0 ? "-" : "")\(tenths / 10).\(tenths % 10) \(name)"
        }
        return "\(number) B"
    }

    /// A stretch of nanoseconds in its two largest units: `3 d 4 h`, `2 min 5 s`, `45 s`, `120 ms`.
    package static func duration(_ nanoseconds: Int64) -> String {
        let milliseconds = max(nanoseconds, 0) / 1_000_000
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        var rest = milliseconds / 1_000
        var parts: [String] = []
        for (name, seconds) in [("d", Int64(86_400)), ("h", 3_600), ("min", 60), ("s", 1)] {
            if rest >= seconds { parts.append("\(rest / seconds) \(name)") } else if !parts.isEmpty { break }
            if parts.count == 2 { break }
            rest %= seconds
        }
        return parts.joined(separator: " ")
    }
}
