package import LogfoldCore

/// What a transport or header layer knows about a piece of decoded text. Ranges are offsets into the engine's arena,
/// where the layer has put its facts and the text.
package struct LayerFacts {
    /// The decoded text without a final newline; it may hold several lines (`#012`, a journal entry).
    package var payload = ByteRange.none
    /// Offset in the source of the first physical byte.
    package var offset = 0
    /// How many physical bytes, all parts and line ends together.
    package var length = 0
    /// A hash of what the layers name (stdout or stderr, a unit, a host and tag, a file-name prefix): lines of one
    /// stream share a clock and may continue each other.
    package var stream: UInt64 = 0
    /// The payload is one whole record: nothing of another line continues it, and no line inside it begins another.
    package var isRecord = false
    /// The time of the layer, for text that has none of its own.
    package var time = LogTime.absent
    /// The level of the layer (syslog's or the journal's priority), for text that has none of its own.
    package var level = Severity.unknown
    /// Host name.
    package var host = ByteRange.none
    /// Program: syslog tag, `SYSLOG_IDENTIFIER`, devstack unit without its prefix.
    package var service = ByteRange.none
    /// Process id, digits.
    package var pid = ByteRange.none
    /// Fields that the layer knows about the record itself (journal), as `key`, `value` pairs; they win over what
    /// the text says.
    package var fields: [(field: LayerField, value: ByteRange)] = []
    /// Flags the layer raises, such as text that the journal withheld.
    package var flags: EventFlags = []

    /// No facts.
    package init() {}
}

/// The journal's fields of one record that have a place in the schema.
package enum LayerField: UInt8, Sendable {
    /// `LOGGER_NAME`.
    case logger
    /// `LOGGER_LEVEL`.
    case level
    /// `REQUEST_ID`.
    case requestID
    /// `USER_ID`.
    case userID
    /// `USER_NAME`.
    case userName
    /// `PROJECT_ID`.
    case projectID
    /// `PROJECT_NAME`.
    case projectName
    /// `CODE_FUNC`.
    case function
    /// `CODE_FILE`.
    case file
    /// `CODE_LINE`.
    case line
    /// `PROCESS_NAME`.
    case processName
    /// `THREAD_NAME`.
    case threadName
}
