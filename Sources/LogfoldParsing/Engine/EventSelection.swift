public import LogfoldCore

/// Which events an engine writes: `--level`, `--request`, `--since`, `--until` and `--grep`.
public struct EventSelection: Sendable {
    /// The lowest severity; events without a level pass only if this is nil.
    public var minimumSeverity: Severity?
    /// The request id, local or global, with or without `req-`.
    public var requestID: [UInt8] = []
    /// The earliest time, nanoseconds since 1970 UTC.
    public var since: Int64?
    /// The first time that is too late.
    public var until: Int64?
    /// What the event's text has to match.
    package var pattern: Pattern?

    /// All events.
    public init() {}

    /// Whether every event passes.
    var isEverything: Bool {
        minimumSeverity == nil && requestID.isEmpty && since == nil && until == nil && pattern == nil
    }

    /// Whether an event with this record passes. `text` is where its own text lies.
    func admits(_ bytes: RawSpan, _ record: borrowing Record, _ text: ByteRange, time: Int64) -> Bool {
        if let minimumSeverity, record.level < minimumSeverity { return false }
        if let since, time < since { return false }
        if let until, time >= until { return false }
        if !requestID.isEmpty, !names(bytes, record.requestID), !names(bytes, record.globalRequestID) { return false }
        if let pattern, !pattern.matches(bytes, text) { return false }
        return true
    }

    private func names(_ bytes: RawSpan, _ id: ByteRange) -> Bool {
        requestID.withSpan { wanted in
            let whole = ByteRange(0, wanted.byteCount)
            if bytes.equal(id, whole, in: wanted) { return true }
            return bytes.has("req-", at: id.start, limit: id.end)
                && bytes.equal(ByteRange(id.start + 4, id.end), whole, in: wanted)
        }
    }
}
