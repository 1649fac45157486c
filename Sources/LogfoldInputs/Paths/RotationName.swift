/// What a path tells of rotation: the path that the log has always had, how old this piece of it is, and how it was
/// packed.
///
/// `nova-api.log.2.gz` is the second piece before `nova-api.log`. Taken for suffixes of rotation are numbers (`.1`),
/// dates of any length (`-20261123`, `-20261123-1732`, `.2026-11-22_13:53:08`, seconds since 1970) and `.gz` and
/// `.zst`, as logrotate, oslo.log and Python's handlers write them.
package struct RotationName: Sendable, Equatable {
    /// One suffix of rotation.
    package enum Suffix: Sendable, Equatable {
        /// `.1`: how many rotations ago.
        case number(Int)
        /// A date: its digits alone.
        case date([UInt8])
    }

    /// The path without suffixes of rotation and compression.
    package var logicalPath: String
    /// The suffixes that were taken off, the first one behind the logical path first.
    package var suffixes: [Suffix]
    /// Whether `.gz` or `.zst` is behind them.
    package var isCompressed: Bool

    /// Whether the path is the logical path itself.
    package var isLive: Bool { suffixes.isEmpty && !isCompressed }

    /// Takes a path apart.
    package init(_ path: String) {
        var rest = Array(path.utf8)[...]
        var suffixes: [Suffix] = []
        var isCompressed = false
        while true {
            if let shorter = Self.withoutCompression(rest) {
                isCompressed = true
                rest = shorter
            } else if let (shorter, suffix) = Self.withoutRotation(rest) {
                suffixes.insert(suffix, at: 0)
                rest = shorter
            } else {
                break
            }
        }
        logicalPath = rest.count == path.utf8.count ? path : String(decoding: rest, as: UTF8.self)
        self.suffixes = suffixes
        self.isCompressed = isCompressed
    }

    private static func withoutCompression(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for suffix in [".gz", ".zst"]
        where path.count >= suffix.utf8.count && path.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            return path.dropLast(suffix.utf8.count)
        }
        return nil
    }

    /// A number behind a dot; a date behind a dot or a dash.
    private static func withoutRotation(_ path: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Suffix)? {
        let start = path.lastIndex { !isPartOfDate($0) }.map { $0 + 1 } ?? path.startIndex
        // The first dash or dot that leaves a number or a date behind it: `app-1.log-20261122-1732` has one of each.
        var at = start
        while at < path.endIndex {
            defer { at += 1 }
            guard at > path.startIndex, path[at - 1] != slash else { continue }
            let text = path[(at + 1)...]
            if path[at] == dot, isNumber(text), let number = Int(String(decoding: text, as: UTF8.self)) {
                return (path[..<at], text.count >= 8 ? .date(Array(text)) : .number(number))
            }
            if path[at] == dot || path[at] == dash, isDate(text) {
                return (path[..<at], .date(text.filter(isDigit)))
            }
        }
        return nil
    }

    private static let dot = UInt8(ascii: "."), dash = UInt8(ascii: "-"), slash = UInt8(ascii: "/")

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(isDigit) }

    private static func isPartOfDate(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == dash || byte == dot || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "T")
    }

    /// Eight digits or more, with only what stands in dates between them, that begin with a year or count seconds.
    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, isDigit(first), let last = text.last, isDigit(last) else { return false }
        guard text.allSatisfy({ isPartOfDate($0) && $0 != dot }) else { return false }
        let digits = text.filter(isDigit)
        guard digits.count >= 8 else { return false }
        let month = (digits[4] - 0x30) * 10 + digits[5] - 0x30
        let day = (digits[6] - 0x30) * 10 + digits[7] - 0x30
        let isSeconds = digits.count == 10 && text.count == 10
        return isSeconds || (1...12).contains(month) && (1...31).contains(day)
    }
}

extension RotationName {
    /// Whether this piece of a log is older than another of the same log, where the names tell.
    package func isOlder(than other: RotationName) -> Bool? {
        if isLive != other.isLive { return other.isLive }
        switch (suffixes.first, other.suffixes.first) {
        case (.number(let mine), .number(let theirs)) where mine != theirs: return mine > theirs
        case (.date(let mine), .date(let theirs)):
            // A date without a time lies before or after any time of its day.
            let length = min(mine.count, theirs.count)
            guard mine.count == theirs.count || mine.count != 10 && theirs.count != 10,
                !mine[..<length].elementsEqual(theirs[..<length])
            else { return nil }
            return mine.lexicographicallyPrecedes(theirs)
        default: return nil
        }
    }

    /// Whether two names are of one piece, packed and not.
    package func isTwin(of other: RotationName) -> Bool {
        suffixes == other.suffixes && isCompressed != other.isCompressed && logicalPath == other.logicalPath
    }
}
