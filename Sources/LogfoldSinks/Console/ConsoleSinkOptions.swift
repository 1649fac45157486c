package import LogfoldConfig
package import LogfoldParsing

/// What a console sink is to do; `Docs/sinks/console.md` has the table.
package struct ConsoleSinkOptions: Equatable, Sendable {
    /// When there are colours, in the shape that has any.
    package enum Colors: String, CaseIterable, Sendable {
        /// On a terminal that is not dumb, unless `NO_COLOR` is set.
        case auto
        case always
        case never
    }

    /// What the events look like.
    package var shape = Shape.pretty
    /// When there are colours.
    package var color = Colors.auto

    /// The defaults.
    package init() {}

    /// Reads the options of a section; what is wrong is noted there.
    package init(_ section: ConfigSection) {
        shape = section.choice("shape", default: Shape.pretty)
        color = section.choice("color", default: Colors.auto)
    }

    /// Bytes of memory that a sink holds at the most.
    package var memoryBound: Int { 8 << 20 }
    /// Whether the events should have `event.original`.
    package var needsOriginal: Bool { shape == .raw }

    /// Whether to use colours (no-color.org: `NO_COLOR` counts where it is set and not empty).
    func usesColors(isTerminal: Bool, noColor: String?, terminal: String?) -> Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: isTerminal && noColor?.isEmpty != false && terminal != "dumb"
        }
    }
}
