/// How bad an event is, by the names of the schema.
///
/// The raw value is Python's number of the level (`logging`, oslo.log's TRACE and AUDIT), which is also what
/// `event.severity` holds for every format.
public enum Severity: UInt8, Sendable, Comparable, CaseIterable {
    /// oslo.log's TRACE, below DEBUG.
    case trace = 5
    /// DEBUG.
    case debug = 10
    /// INFO.
    case info = 20
    /// AUDIT of the oslo-incubator, syslog's notice.
    case notice = 21
    /// WARNING.
    case warning = 30
    /// ERROR.
    case error = 40
    /// CRITICAL and all that is worse.
    case critical = 50
    /// A record that names no level, or one that is not known here.
    case unknown = 0

    /// The name in `log.level`: lower case, empty for ``unknown``.
    public var name: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        case .unknown: ""
        }
    }

    /// Orders by severity; ``unknown`` is below everything.
    public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

    /// The level of this name, as operators type it: any case, Python's and syslog's words.
    public init?(name: String) {
        switch name.lowercased() {
        case "trace": self = .trace
        case "debug": self = .debug
        case "info", "information", "informational": self = .info
        case "notice", "audit": self = .notice
        case "warning", "warn": self = .warning
        case "error", "err": self = .error
        case "critical", "crit", "fatal", "alert", "emerg", "emergency": self = .critical
        default: return nil
        }
    }
}
