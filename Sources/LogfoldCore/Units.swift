/// Sizes and durations as a person types them: a whole number and a unit, `1MiB`, `250ms`.
package enum Units {
    /// Units of a size by their names in lower case. Those without an `i` are powers of ten, as disks are sold.
    package static let sizes: [(name: String, bytes: Int)] = [
        ("", 1), ("b", 1), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30),
        ("tib", 1 << 40), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000),
    ]

    /// Units of a duration by their names. A number alone is refused: nobody knows whether it was meant in seconds.
    package static let durations: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
        ("d", 86_400_000),
    ]

    /// The bytes of `4096`, `64KiB`, `1MiB`, `10MB`; nil where the text is none of these or does not fit.
    package static func bytes(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        guard let factor = sizes.first(where: { $0.name == unit.lowercased() })?.bytes else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: Int64(factor))
        return overflow ? nil : Int(exactly: product)
    }

    /// The duration of `250ms`, `2s`, `1m`, `1h`; nil where the text is none of these or does not fit.
    package static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text) else { return nil }
        guard let factor = durations.first(where: { $0.name == unit })?.milliseconds else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : .milliseconds(product)
    }

    /// A size in the largest binary unit that divides it: `1MiB`, `1500`.
    package static func text(bytes: Int) -> String {
        for (name, factor) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= factor && bytes.isMultiple(of: factor) {
            return "\(bytes / factor)\(name)"
        }
        return "\(bytes)"
    }

    /// A duration of whole milliseconds in the largest unit that divides it: `2s`, `1500ms`.
    package static func text(duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
        for unit in durations.reversed()
        where milliseconds >= unit.milliseconds && milliseconds.isMultiple(of: unit.milliseconds) {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "\(milliseconds)ms"
    }

    /// The digits that `text` begins with as a number, and what follows them.
    private static func split(_ text: String) -> (number: Int64, unit: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        return (number, text.dropFirst(digits.count))
    }
}
