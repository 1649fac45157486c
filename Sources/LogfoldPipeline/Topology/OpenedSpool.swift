import LogfoldIO
import LogfoldSpool

/// The spool that a configuration asks for, with what an earlier run has left, of whichever type that was.
struct OpenedSpool {
    let spool: any Spool
    /// Saves the positions; nil where the spool does so itself.
    let saver: PositionSaver?
    /// Whether nothing was ever read with this data directory.
    let isFirstRun: Bool

    /// Who is to be told what.
    struct Listeners {
        var roomCameUp: @Sendable () -> Void
        var positionsMoved: @Sendable () -> Void
        var fillChanged: @Sendable () -> Void
    }

    /// Opens it. A change of type takes the positions along.
    init(
        _ configuration: AgentConfiguration, in directory: DataDirectory, _ surroundings: Surroundings,
        _ listeners: Listeners
    ) throws(Agent.Refusal) {
        do throws(SpoolRefusal) {
            switch configuration.spool.type {
            case .memory: self = try Self.memory(configuration, directory, surroundings, listeners)
            case .disk: self = try Self.disk(configuration, directory, surroundings, listeners)
            }
        } catch {
            throw .spool(error)
        }
    }

    private init(_ spool: any Spool, saver: PositionSaver?, isFirstRun: Bool) {
        self.spool = spool
        self.saver = saver
        self.isFirstRun = isFirstRun
    }

    private static func disk(
        _ configuration: AgentConfiguration, _ directory: DataDirectory, _ surroundings: Surroundings,
        _ listeners: Listeners
    ) throws(SpoolRefusal) -> OpenedSpool {
        let isNew = !DiskSpool.exists(in: directory.path, surroundings.files)
        let store = PositionStore(directory)
        let (saved, problem) = isNew ? try load(store, surroundings) : (nil, nil)
        let spool = try DiskSpool(
            directory, options: configuration.spool.disk, takingOver: saved, for: configuration.sinks.map(\.name),
            clock: surroundings.clock, diagnostics: surroundings.diagnostics, roomCameUp: listeners.roomCameUp,
            fillChanged: listeners.fillChanged)
        do throws(FileSystemError) { try store.setAside() } catch { throw .file(error) }
        return OpenedSpool(spool, saver: nil, isFirstRun: isNew && saved == nil && problem == nil)
    }

    private static func memory(
        _ configuration: AgentConfiguration, _ directory: DataDirectory, _ surroundings: Surroundings,
        _ listeners: Listeners
    ) throws(SpoolRefusal) -> OpenedSpool {
        let store = PositionStore(directory)
        var (saved, problem) = try load(store, surroundings)
        if DiskSpool.exists(in: directory.path, surroundings.files) {
            saved = try leaveDisk(store, directory, surroundings)
            problem = nil
        }
        let spool = MemorySpool(
            maxBytes: configuration.spool.memoryBytes, saved: saved ?? SavedPositions(), store: store,
            roomCameUp: listeners.roomCameUp, positionsMoved: listeners.positionsMoved,
            eventsWereLost: { [diagnostics = surroundings.diagnostics] sink, events in
                diagnostics.warning(
                    "The spool is full: events are lost for this sink", [("sink", sink), ("events", "\(events)")])
            })
        return OpenedSpool(
            spool, saver: PositionSaver(store, of: spool, surroundings), isFirstRun: saved == nil && problem == nil)
    }

    private static func load(
        _ store: PositionStore, _ surroundings: Surroundings
    ) throws(SpoolRefusal) -> (saved: SavedPositions?, problem: String?) {
        do throws(FileSystemError) {
            let (saved, problem) = try store.load()
            if let problem {
                surroundings.diagnostics.error("Positions are lost; everything is read again", [("reason", problem)])
            }
            return (saved, problem)
        } catch {
            throw .file(error)
        }
    }

    /// Takes the positions out of a spool on the disk. What waits in it is read again from the sources; what they do
    /// not have any more stays in the folder.
    private static func leaveDisk(
        _ store: PositionStore, _ directory: DataDirectory, _ surroundings: Surroundings
    ) throws(SpoolRefusal) -> SavedPositions {
        let (saved, waiting) = try RecoveredSpool.positions(
            in: DiskSpool.folder(in: directory.path), surroundings.files)
        do throws(FileSystemError) {
            try store.write(saved, generation: store.turnOver())
            let aside = try DiskSpool.setAside(in: directory.path, surroundings.files)
            for (sink, events) in waiting.sorted(by: { $0.key < $1.key }) where events > 0 {
                surroundings.diagnostics.warning(
                    "The spool is in memory now; what waited on the disk is read again as far as its sources are there",
                    [("sink", sink), ("events", "\(events)"), ("old_spool", aside)])
            }
        } catch {
            throw .file(error)
        }
        return saved
    }
}
