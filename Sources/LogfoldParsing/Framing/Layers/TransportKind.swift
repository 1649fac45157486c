/// What carries the lines of a source. The raw values are saved with positions: a case keeps its own.
package enum TransportKind: UInt8, Sendable, Equatable {
    /// Nothing: the lines are those of the program.
    case none
    /// Kubernetes' container runtimes: `2026-11-22T16:50:52.123456789Z stdout F text`.
    case cri
    /// Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"…"}`.
    case dockerJSON
    /// `journalctl -o json`, one entry a line.
    case journalJSON
    /// `journalctl -o export`: entries of several lines, cut out by ``JournalExportFramer``.
    case journalExport

    /// The name in `logfold.format`; empty for ``none``.
    package var name: StaticString {
        switch self {
        case .none: ""
        case .cri: "cri"
        case .dockerJSON: "docker"
        case .journalJSON, .journalExport: "journal"
        }
    }
}
