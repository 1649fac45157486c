import LogfoldCore
import LogfoldIO
import LogfoldSpool

/// Brings the positions to the disk a while after they have moved, so that many steps cost one wait for it. Until then
/// they are in the store's journal, which outlives the process but not the machine's power.
struct PositionSaver {
    private let store: PositionStore
    private let spool: MemorySpool
    private let clock: any Clock
    private let diagnostics: Diagnostics
    private var savedRevision = -1
    private var backoff = Backoff(first: .milliseconds(500), longest: .seconds(10))
    /// When the next saving is due, by the monotonic clock; nil while there is nothing to save.
    private(set) var deadline: Int64?

    /// So many seconds of acknowledged events may come again after a loss of power.
    private static let delay: Int64 = 2_000_000_000
    /// A journal this long is replaced at once: it has to be read at the next start.
    private static let longJournal = 4 << 20

    init(_ store: PositionStore, of spool: MemorySpool, _ surroundings: Surroundings) {
        self.store = store
        self.spool = spool
        clock = surroundings.clock
        diagnostics = surroundings.diagnostics
    }

    /// When they were saved last, and why they cannot be saved.
    private(set) var status = AgentStatus.Positions()
    /// Why they cannot be saved; nil while they can.
    var problem: String? { status.problem }

    /// Saves if it is time.
    mutating func run() {
        guard spool.revision != savedRevision else { return }
        let now = clock.monotonic
        guard let due = deadline else {
            deadline = now + Self.delay
            return
        }
        let isUrgent = problem == nil && (store.problem != nil || store.journalBytes > Self.longJournal)
        if now >= due || isUrgent { save() }
    }

    /// Saves now, at the start and at the end.
    mutating func saveNow() { if spool.revision != savedRevision { save() } }

    private mutating func save() {
        let (positions, revision, generation) = spool.positions()
        do throws(FileSystemError) {
            try store.write(positions, generation: generation)
            if problem != nil { diagnostics.info("Positions can be saved again", []) }
            backoff.succeeded()
            savedRevision = revision
            deadline = nil
            status.problem = nil
            status.lastSaved = clock.now
        } catch {
            deadline = clock.monotonic + backoff.failed().nanoseconds
            status.problem = "\(error)"
            diagnostics.error(
                "Positions cannot be saved; after a crash events would come again, with the same ids",
                [("error", "\(error)")])
            // Somebody has removed the directory; where it cannot be made again, the next try says why.
            if error.isNotFound { try? store.makeDirectoryAgain() }
        }
    }
}
