/// Bounds and times of folding: `fold:` of the configuration, `--fold-timeout` and friends of the filter.
public struct FoldOptions: Sendable {
    /// A fold ends when the log's own time, or the clock, has moved on by this much since its last line.
    public var timeout: Duration = .seconds(2)
    /// A fold whose record is complete ends after this much silence.
    public var quiet: Duration = .milliseconds(30)
    /// An ERROR head waits this long for its traceback.
    public var headWait: Duration = .milliseconds(250)
    /// Lines of one event.
    public var maxLines = 5_000
    /// Bytes of one event, counted as escaped in JSON.
    public var maxBytes = 1 << 20
    /// Bytes of one line, counted as escaped in JSON.
    public var maxLineBytes = 1 << 20
    /// What open folds and the events behind them may hold together.
    public var memory = 8 << 20

    /// The defaults.
    public init() {}
}
