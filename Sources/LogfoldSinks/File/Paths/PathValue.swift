import LogfoldParsing

/// Makes names of files from what events say: nobody who can write a log line may choose where a file lies.
enum PathValue {
    /// Longest value in bytes.
    static let maximumLength = 128
    /// Longest name of a file or directory: Linux has 255 bytes, and a rotated file needs some for its number.
    static let maximumNameLength = 240
    /// What stands for a missing field.
    static let unknown = "unknown"

    /// The decoded text of a field as a part of a name: never empty, no slash, no control character, no `..`, no dot
    /// at its front, at most ``maximumLength`` bytes and valid UTF-8.
    static func sanitized(_ text: String) -> String {
        var value = ""
        for scalar in text.unicodeScalars {
            if value.utf8.count + UTF8.width(scalar) > maximumLength { break }
            let isDotAfterDot = scalar == "." && (value.isEmpty || value.unicodeScalars.last == ".")
            let isUnsafe = scalar == "/" || scalar == "\\" || isDotAfterDot || isInvisible(scalar)
            value.unicodeScalars.append(isUnsafe ? "_" : scalar)
        }
        return value.isEmpty ? unknown : value
    }

    /// Controls, and what changes the direction or the look of a name without being seen.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }

    /// A whole path with each of its names cut to ``maximumNameLength`` bytes.
    static func fitted(_ path: String) -> String {
        guard path.utf8.count > maximumNameLength else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false).map(cut).joined(separator: "/")
    }

    private static func cut(_ name: Substring) -> String {
        guard name.utf8.count > maximumNameLength else { return String(name) }
        var result = ""
        for scalar in name.unicodeScalars {
            if result.utf8.count + UTF8.width(scalar) > maximumNameLength { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// The path with the last dot replaced where the file would look like a rotated one (`nova.1` is the older part of
    /// `nova`): for paths whose end comes from an event.
    static func unlikeRotated(_ path: String) -> String {
        guard let dot = path.lastIndex(of: "."), dot > path.startIndex else { return path }
        let suffix = path[path.index(after: dot)...]
        guard !suffix.isEmpty, suffix.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return path }
        return path[..<dot] + "_" + suffix
    }
}
