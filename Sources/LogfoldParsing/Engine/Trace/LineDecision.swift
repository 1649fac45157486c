/// What an engine decided about one line, or about one line of a decoded text.
package struct LineDecision: Sendable {
    /// What the line is within its event.
    package enum Role: String, Sendable {
        /// The head of a record.
        case head
        /// A record in one line.
        case record
        /// A line with the exception prefix.
        case traceback
        /// Text.
        case text
        /// Nothing.
        case blank
        /// A further part of a line that the transport had split.
        case part
    }

    /// What was thought of a line that might be forged (`Docs/rules.md`, *Folding*).
    package enum Doubt: String, Sendable {
        /// It looked like a record of a process from another time; what follows shows that a message quotes it.
        case forged
        /// It looked like that, and nothing that follows contradicts it.
        case ownClock = "own_clock"
        /// It waited behind such a line.
        case behind

        /// The doubt as a person reads it.
        package var words: StaticString {
            switch self {
            case .forged: "looks like another process's record, but is text of this one"
            case .ownClock: "was held back: a process with a clock of its own"
            case .behind: "was held back behind a line in doubt"
            }
        }
    }

    /// Offset in the source of the first physical byte.
    package var offset: Int
    /// How many physical bytes it stands for, line end and layers included; 0 for the second and later lines of one
    /// decoded text.
    package var length: Int
    /// How many physical lines it counts as.
    package var physicalLines: Int
    /// Number of its event, from 0, in the order in which events leave.
    package var event: Int
    /// Number of the event that it was taken back from.
    package var movedFrom: Int?
    /// The format of its event.
    package var format: FormatID
    /// The names of the layers in front of the format, each followed by `/`.
    package var layers: [UInt8]
    /// What the line is.
    package var role: Role
    /// Why it went there.
    package var rule: FoldRule
    /// Whether it was in doubt; nil where it was not.
    package var doubt: Doubt?
    /// The text's first bytes, without layers: at most ``DecisionTrace/excerptBytes``.
    package var text: [UInt8]
}
