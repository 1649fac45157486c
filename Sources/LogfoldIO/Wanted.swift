/// When something is done that is meant for a person at a terminal: `--color`, `--progress`, `color:`.
package enum Wanted: String, CaseIterable, Sendable {
    /// Where it makes sense.
    case auto
    case always
    case never

    /// Whether it means colours: `auto` asks for a terminal that is not dumb, and for no `NO_COLOR` (no-color.org: set
    /// and not empty, whatever the value).
    package func meansColors(isTerminal: Bool, noColor: String?, terminal: String?) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: isTerminal && noColor?.isEmpty != false && terminal != "dumb"
        }
    }
}
