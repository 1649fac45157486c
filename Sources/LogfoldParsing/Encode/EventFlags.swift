/// What was assumed, cut or lost: `logfold.flags` of an event.
package struct EventFlags: OptionSet, Sendable {
    /// One bit for each flag.
    package let rawValue: UInt16

    /// The flags of these bits. (Where it counts `EventFlags(rawValue: 0)` stands for `[]`, which is an array first
    /// and stays one where the optimizer gives up.)
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The event reached a limit and ends early.
    package static let truncated = EventFlags(rawValue: 1 << 0)
    /// The event is the rest of a truncated one.
    package static let continued = EventFlags(rawValue: 1 << 1)
    /// Lines of a record whose event had left already.
    package static let late = EventFlags(rawValue: 1 << 2)
    /// Bare lines were given to the fold that took the line before them, while others were open.
    package static let continuationAssumed = EventFlags(rawValue: 1 << 3)
    /// Invalid bytes or unpaired surrogates became U+FFFD.
    package static let invalidUTF8 = EventFlags(rawValue: 1 << 4)
    /// No format took the text.
    package static let unparsed = EventFlags(rawValue: 1 << 5)
    /// The source itself lost text: a cut syslog line, a withheld journal field, oslo's rate limit (R13).
    package static let lostAtSource = EventFlags(rawValue: 1 << 6)
    /// The wall time occurs twice, or never, in its zone.
    package static let timeAmbiguous = EventFlags(rawValue: 1 << 7)
    /// The text has no time; that of the event before it or the reference time was taken.
    package static let timeAssumed = EventFlags(rawValue: 1 << 8)
    /// The text has no year.
    package static let yearAssumed = EventFlags(rawValue: 1 << 9)
    /// A line of the option dump that services write at start.
    package static let configDump = EventFlags(rawValue: 1 << 10)

    /// Every flag with its name in the schema, in the order of output.
    package static let names: [(flag: EventFlags, name: StaticString)] = [
        (.truncated, "truncated"), (.continued, "continued"), (.late, "late"),
        (.continuationAssumed, "continuation_assumed"), (.invalidUTF8, "invalid_utf8"), (.unparsed, "unparsed"),
        (.lostAtSource, "lost_at_source"), (.timeAmbiguous, "time_ambiguous"), (.timeAssumed, "time_assumed"),
        (.yearAssumed, "year_assumed"), (.configDump, "config_dump"),
    ]
}
