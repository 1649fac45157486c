public import LogfoldCore

/// How an engine reads: the same options give the same bytes out in every use.
public struct EngineOptions: Sendable {
    /// Which format the lines are in.
    public enum Format: String, Sendable, CaseIterable {
        /// Recognised line by line.
        case auto
        /// oslo.log text of any release.
        case oslo
        /// oslo.log's JSONFormatter.
        case osloJSON = "oslo_json"
        /// logfold's own output.
        case logfold
        /// No format: every line is text.
        case text
    }

    /// What happens to a carriage return before a newline.
    public enum LineEnds: String, Sendable, CaseIterable {
        /// It is stripped if the first 20 lines all have one.
        case auto
        /// It belongs to the line.
        case keep
        /// It is stripped wherever it stands.
        case strip
    }

    /// Bounds and times of folding.
    public var fold = FoldOptions()
    /// The format of the lines.
    public var format = Format.auto
    /// The operator's own format, compiled from its configuration; tried before the built-in ones.
    package var customFormat: CustomFormat?
    /// Carriage returns before newlines.
    public var lineEnds = LineEnds.auto
    /// Whether secrets are masked.
    public var isRedacting = true
    /// Whether `event.original` is written.
    public var keepsOriginal = false
    /// The zone of text that prints none, and the name `event.timezone` gives it.
    public var timeZone = TimeZoneRules.utc
    /// The name of ``timeZone``.
    public var timeZoneName = "UTC"
    /// What a stamp without year lies before, and the time of text that has none: nanoseconds since 1970, UTC.
    public var referenceTime: Int64 = 0
    /// Which events are written; all others are counted and dropped.
    public var selection = EventSelection()

    /// What is done with each event, and where it goes; nil: nothing, and everywhere.
    package var plan: RoutePlan?

    /// The defaults.
    public init() {}
}
