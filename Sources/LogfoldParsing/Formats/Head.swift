package import LogfoldCore

/// What a format found at the start of a line. All ranges are offsets into the span the line was read from.
///
/// A format fills one of these for each line that it takes for a head or for a traceback line; all other lines are
/// text. The fold needs time, pid, logger and instance as the owner's key; the rest waits until the event is encoded.
package struct Head {
    /// What the line is.
    package enum Kind: UInt8 {
        /// No head: text that continues what is open.
        case text
        /// The first line of a record.
        case head
        /// A line with oslo's exception prefix (R7).
        case traceback
    }

    /// What the line is.
    package var kind = Kind.text
    /// The level that is printed, ``Severity/unknown`` for a word that is not known here.
    package var level = Severity.unknown
    /// The record's time.
    package var time = LogTime.absent
    /// Digits of the process id.
    package var pid = ByteRange.none
    /// The level's word, in the spelling of the log.
    package var levelText = ByteRange.none
    /// The logger's name.
    package var logger = ByteRange.none
    /// The text inside the context brackets; empty for `[-]` (R1).
    package var context = ByteRange.none
    /// The text inside `[instance: …]` (R8).
    package var instance = ByteRange.none
    /// Where the message, or the traceback's own text, begins.
    package var payload = 0

    /// An empty head.
    package init() {}
}
