/// Writes the text format of Prometheus, version 0.0.4: each family of metrics with its help and type, then a line for
/// each sample.
struct MetricsText {
    /// The format, as HTTP names it.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What a family's samples mean.
    enum Kind: String {
        /// Only grows while the process lives.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One value, and what tells it from the others of its family.
    struct Sample {
        let labels: [(name: String, value: String)]
        let value: String

        /// A whole number.
        init(_ value: some BinaryInteger, _ labels: [(name: String, value: String)] = []) {
            self.labels = labels
            self.value = "\(value)"
        }

        /// A number of seconds, given as nanoseconds.
        init(seconds nanoseconds: Int64, _ labels: [(name: String, value: String)] = []) {
            self.labels = labels
            self.value = Self.seconds(nanoseconds)
        }

        /// Exact, where a binary fraction would not be: `1795341600.123`.
        private static func seconds(_ nanoseconds: Int64) -> String {
            let fraction = nanoseconds.magnitude % 1_000_000_000
            let sign = nanoseconds < 0 ? "-" : ""
            let whole = "\(sign)\(nanoseconds.magnitude / 1_000_000_000)"
            guard fraction > 0 else { return whole }
            var digits = String(fraction)
            digits = String(repeating: "0", count: 9 - digits.count) + digits
            while digits.last == "0" { digits.removeLast() }
            return "\(whole).\(digits)"
        }
    }

    /// What was written so far.
    private(set) var text = ""

    /// Writes a family; nothing where it has no samples.
    mutating func family(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(sample.value)\n"
        }
    }

    /// The escapes that the format knows: backslash and newline, in labels the quote too.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
