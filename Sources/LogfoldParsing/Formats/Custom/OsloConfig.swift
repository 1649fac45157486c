/// The configuration of a service: its files merged as oslo.config merges them, the last assignment of an option
/// wins, and `$option` in a value stands for another option's value.
package struct OsloConfig {
    /// A value with `$` resolved, and where it was written.
    package struct Value: Equatable, Sendable {
        /// Name of the option.
        package var option: String
        /// The value.
        package var text: String
        /// The file, empty where the option is at its default.
        package var file: String
        /// Line in the file, 0 where the option is at its default.
        package var line: Int

        /// Whether a file sets the option.
        package var isSet: Bool { !file.isEmpty }

        /// A problem with this value.
        package func refused(_ problem: String, _ wayOut: String) -> OsloConfigProblem {
            OsloConfigProblem(file: file, line: line, problem: problem, wayOut: wayOut)
        }
    }

    /// What oslo.config would refuse in any of the files.
    package private(set) var problems: [OsloConfigProblem] = []
    private var values: [String: Value] = [:]
    private let defaults: [String: String]

    /// How far references may lead before they are taken for a circle.
    private static let deepest = 16
    /// How many references a value may need, and how long it may become; a few lines of `$a$a` could take all time
    /// and memory otherwise.
    private static let mostReferences = 1000, longest = 64 << 10

    /// Merges files in this order; a directory is its `*.conf` in the order of their names. `defaults` are the values
    /// of options in `DEFAULT` that no file sets.
    package init(_ files: [(name: String, text: [UInt8])], defaults: [String: String] = [:]) {
        self.defaults = defaults
        for (name, text) in files {
            let file = OsloConfigFile(name: name, text: text)
            problems += file.problems
            for entry in file.assignments {
                values["\(entry.group).\(entry.option)"] = Value(
                    option: entry.option, text: entry.value, file: name, line: entry.line)
            }
        }
    }

    /// The resolved value of an option of `DEFAULT`; nil where neither a file nor the defaults know it.
    package func value(_ option: String) throws(OsloConfigProblem) -> Value? {
        guard var value = raw("DEFAULT", option) else { return nil }
        var references = 0
        value.text = try substituted(value, group: "DEFAULT", depth: 0, &references)
        return value
    }

    private func raw(_ group: String, _ option: String) -> Value? {
        if let value = values["\(group).\(option)"] { return value }
        guard group == "DEFAULT", let text = defaults[option] else { return nil }
        return Value(option: option, text: text, file: "", line: 0)
    }

    /// `$name`, `${name}`, `$group.name` and `${group.name}` replaced; `$$` and `\$` are a dollar. A `$` before
    /// anything else stays, as in Python's `safe_substitute`.
    private func substituted(
        _ value: Value, group: String, depth: Int, _ references: inout Int
    ) throws(OsloConfigProblem) -> String {
        var result = ""
        var rest = value.text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if result.last == "\\" {
                result.removeLast()
                result.append("$")
            } else if rest.first == "$" {
                rest.removeFirst()
                result.append("$")
            } else if let name = Self.takeName(&rest) {
                result += try referenced(name, by: value, group: group, depth: depth + 1, &references)
            } else {
                result.append("$")
            }
            if result.utf8.count > Self.longest || references > Self.mostReferences {
                throw value.refused("the value of \(value.option) grows without end", "take “$” out of it")
            }
        }
        return result + rest
    }

    private func referenced(
        _ name: Substring, by value: Value, group: String, depth: Int, _ references: inout Int
    ) throws(OsloConfigProblem) -> String {
        references += 1
        if depth > Self.deepest {
            throw value.refused(
                "“$\(name)” in \(value.option) leads back to itself", "write the value in its place, or $$ for a dollar"
            )
        }
        var (place, option) = (group, String(name))
        if let dot = name.firstIndex(of: ".") {
            place = OsloConfigFile.group(named: name[..<dot])
            option = String(name[dot...].dropFirst())
        }
        // A reference without a group looks in its own group first, then in DEFAULT.
        if let found = raw(place, option) { return try substituted(found, group: place, depth: depth, &references) }
        if let found = raw("DEFAULT", String(name)) {
            return try substituted(found, group: "DEFAULT", depth: depth, &references)
        }
        throw value.refused(
            "“$\(name)” in \(value.option) is not set in these files",
            "give the file that sets it as well, or write $$ for a dollar")
    }

    /// Takes `name` or `{name}` off the front.
    private static func takeName(_ rest: inout Substring) -> Substring? {
        let isBraced = rest.first == "{"
        let inner = isBraced ? rest.dropFirst() : rest
        guard let first = inner.first, first == "_" || first.isASCII && first.isLetter else { return nil }
        let name = inner.prefix { $0 == "_" || $0 == "." || $0.isASCII && ($0.isLetter || $0.isNumber) }
        var after = inner[name.endIndex...]
        if isBraced {
            guard after.first == "}" else { return nil }
            after.removeFirst()
        }
        rest = after
        return name
    }
}
