package import LogfoldConfig
package import LogfoldIO
package import LogfoldParsing

/// What a console sink is to do; `Docs/sinks/console.md` has the table.
package struct ConsoleSinkOptions: Equatable, Sendable {
    /// What the events look like.
    package var shape = Shape.pretty
    /// When there are colours, in the shape that has any.
    package var color = Wanted.auto

    /// The defaults.
    package init() {}

    /// Reads the options of a section; what is wrong is noted there.
    package init(_ section: ConfigSection) {
        shape = section.choice("shape", default: Shape.pretty)
        color = section.choice("color", default: Wanted.auto)
    }

    /// Bytes of memory that a sink holds at the most.
    package var memoryBound: Int { 8 << 20 }
    /// Whether the events should have `event.original`.
    package var needsOriginal: Bool { shape == .raw }
}
