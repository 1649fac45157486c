/// Why a line went to its event: one case for each rule of the fold (`Docs/rules.md`, *Folding*).
///
/// The raw value is the rule's name in the JSON of `logfold explain`.
package enum FoldRule: String, Sendable, CaseIterable {
    /// A head begins the record of its process.
    case beginsRecord = "begins_record"
    /// A record that is complete in its line.
    case wholeRecord = "whole_record"
    /// A line with the exception prefix, of a format that prints heads like it: a head (R7).
    case headWithoutBracket = "head_without_bracket"
    /// A line with the exception prefix goes to the open record of its pid, logger and time.
    case ownTraceback = "own_traceback"
    /// A line with the exception prefix whose record has left begins an event of its own.
    case lateTraceback = "late_traceback"
    /// A bare line goes to the event that took the line before it.
    case continuesLastTaker = "continues_last_taker"
    /// So does this one, but records of other processes were open too.
    case continuationAssumed = "continuation_assumed"
    /// A further line of a text that its transport knows to be one record.
    case insideRecord = "inside_record"
    /// Text that continues nothing.
    case beginsText = "begins_text"
    /// Text that a transport knows to be one record, without a head.
    case beginsTextRecord = "begins_text_record"
    /// A bare traceback begins.
    case beginsTraceback = "begins_traceback"
    /// A line of such a traceback.
    case continuesTraceback = "continues_traceback"
    /// A warning of Python begins.
    case beginsWarning = "begins_warning"
    /// The source line behind it.
    case continuesWarning = "continues_warning"
    /// Python's report that logging itself failed begins.
    case beginsLoggingFailure = "begins_logging_failure"
    /// A line of that report.
    case continuesLoggingFailure = "continues_logging_failure"
    /// The ruler above a Guru Meditation Report's title, taken back from the event it had gone to.
    case rulerTakenBack = "ruler_taken_back"
    /// A line of a Guru Meditation Report.
    case continuesReport = "continues_report"
    /// A blank line behind text.
    case blankBehindText = "blank_behind_text"
    /// The event before is at its bound and goes on in a further one.
    case limitContinued = "limit_continued"
    /// A part of a line that the transport had split goes where its first part goes.
    case partJoined = "part_joined"

    /// The rule as a person reads it.
    package var words: StaticString {
        switch self {
        case .beginsRecord: "begins a record"
        case .wholeRecord: "a whole record"
        case .headWithoutBracket: "begins a record: no open one matches"
        case .ownTraceback: "traceback: pid, logger and time of the record"
        case .lateTraceback: "traceback of a record that has left"
        case .continuesLastTaker: "no head: continues the line before"
        case .continuationAssumed: "no head: continues the line before (assumed)"
        case .insideRecord: "inside the record, says the transport"
        case .beginsText: "no format, continues nothing"
        case .beginsTextRecord: "no format; one record, says the transport"
        case .beginsTraceback: "begins a bare traceback"
        case .continuesTraceback: "continues the traceback"
        case .beginsWarning: "begins a warning of Python"
        case .continuesWarning: "source line of the warning"
        case .beginsLoggingFailure: "begins a report that logging failed"
        case .continuesLoggingFailure: "continues the report that logging failed"
        case .rulerTakenBack: "ruler of the report that begins here"
        case .continuesReport: "continues the Guru Meditation Report"
        case .blankBehindText: "blank line behind text"
        case .limitContinued: "continues an event that is full"
        case .partJoined: "part of the line that was split"
        }
    }
}

/// Why an event took no further line.
package enum EventEnding: String, Sendable, CaseIterable {
    /// A head of the same process, or of any where no pid is printed.
    case nextHead = "next_head"
    /// The log's own time has moved on by `fold.timeout`.
    case logTime = "log_time"
    /// Nothing came for long enough; only live.
    case silence
    /// A limit of lines or bytes.
    case limit
    /// The memory for open folds.
    case memory
    /// More folds were open than any node has workers.
    case tooManyOpen = "too_many_open"
    /// The end of the source.
    case endOfInput = "end_of_input"
    /// The record was known to be complete.
    case recordComplete = "record_complete"
    /// Text that does not continue this text.
    case nextText = "next_text"

    /// The reason as a person reads it.
    package var words: StaticString {
        switch self {
        case .nextHead: "the next head of its process"
        case .logTime: "the log's own time has moved on"
        case .silence: "nothing came for long enough"
        case .limit: "it is full"
        case .memory: "the memory for open records is used up"
        case .tooManyOpen: "too many records are open"
        case .endOfInput: "the end of the input"
        case .recordComplete: "the record is complete"
        case .nextText: "text that does not continue it"
        }
    }
}
