import LogfoldIO
import LogfoldParsing

/// What `explain --json` prints: an object for each line, and one for the end of each event.
///
/// | member | in |
/// |---|---|
/// | `file` | both; `-` for standard input |
/// | `event` | both; number of the event, from 1, in the order in which the filter prints them |
/// | `line` | lines; number of the line in the file, absent where it is not known any more |
/// | `offset`, `length` | lines; the physical bytes, a length of 0 for the further lines of one decoded text |
/// | `lines` | lines; how many it adds to `logfold.lines` of its event |
/// | `format`, `role`, `rule`, `reason` | lines; by name, and in words |
/// | `doubt`, `moved_from` | lines, where they apply; an object with `moved_from` replaces that of the same offset |
/// | `text` | lines; the first characters |
/// | `ends`, `reason` | ends; by name, and in words |
struct ExplainedJSON {
    private let file: String

    /// Objects for the lines of this file.
    init(file: String) { self.file = JSONQuoting.quoted(file) }

    /// The object of a line.
    func row(_ line: ExplainedLine) -> String {
        let decision = line.decision
        var members = ["\"file\":\(file)", "\"event\":\(decision.event + 1)"]
        if let number = line.number { members.append("\"line\":\(number)") }
        members += [
            "\"offset\":\(decision.offset)", "\"length\":\(decision.length)", "\"lines\":\(decision.physicalLines)",
            "\"format\":\(JSONQuoting.quoted(line.format))", "\"role\":\"\(decision.role.rawValue)\"",
            "\"rule\":\"\(decision.rule.rawValue)\"",
        ]
        if let doubt = decision.doubt { members.append("\"doubt\":\"\(doubt.rawValue)\"") }
        if let event = decision.movedFrom { members.append("\"moved_from\":\(event + 1)") }
        members += ["\"reason\":\(JSONQuoting.quoted(line.reason))", "\"text\":\(JSONQuoting.quoted(line.excerpt))"]
        return "{\(members.joined(separator: ","))}\n"
    }

    /// The object of an event's end.
    func row(endOf event: Int, _ ending: EventEnding) -> String {
        "{\"file\":\(file),\"event\":\(event + 1),\"ends\":\"\(ending.rawValue)\",\"reason\":\"\(ending.words)\"}\n"
    }
}
