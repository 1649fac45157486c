import LogfoldCore
package import LogfoldIO

// What a run finds in the folder of the spool, and how it goes on from there.

/// Why a spool cannot be opened.
package enum SpoolRefusal: Error, CustomStringConvertible {
    /// A system call failed.
    case file(FileSystemError)
    /// A file was written by a later logfold.
    case version(String)

    init(_ failure: SegmentScan.Failure) {
        switch failure {
        case .file(let error): self = .file(error)
        case .version: self = .version(failure.description)
        }
    }

    /// A sentence without capital and full stop.
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .version(let text): text
        }
    }
}

extension DiskSpool {
    /// Opens the spool of a data directory, or makes one. A new one takes over what an earlier run has saved of these
    /// sinks while the spool was in memory.
    package convenience init(
        _ directory: DataDirectory, options: DiskSpoolOptions, takingOver saved: SavedPositions? = nil,
        for sinks: [String] = [], clock: any Clock, diagnostics: Diagnostics,
        roomCameUp: @escaping @Sendable () -> Void = {}, fillChanged: @escaping @Sendable () -> Void = {}
    ) throws(SpoolRefusal) {
        let folder = Self.folder(in: directory.path)
        var recovered = RecoveredSpool()
        do throws(FileSystemError) {
            try directory.files.makeDirectories(folder, mode: 0o750)
        } catch {
            throw .file(error)
        }
        try recovered.read(folder, in: directory.files, isRepairing: true)
        let isTakingOver = recovered.contents.segments.isEmpty && saved != nil
        if isTakingOver, let saved { recovered.takeOver(saved, for: sinks) }
        for finding in recovered.findings { diagnostics.warning(finding, [("spool", folder)]) }
        self.init(
            recovered: recovered, in: directory, options: options, clock: clock, diagnostics: diagnostics,
            roomCameUp: roomCameUp, fillChanged: fillChanged)
        if isTakingOver { try settle() }
    }

    /// The folder of the spool in a data directory.
    package static func folder(in dataDirectory: String) -> String { "\(dataDirectory)/spool" }

    /// Whether there is a spool with something in it.
    package static func exists(in dataDirectory: String, _ files: any FileSystem) -> Bool {
        let names = (try? files.list(folder(in: dataDirectory))) ?? []
        return names.contains { SegmentName.number(in: $0) != nil }
    }

    /// Makes what was taken over durable: a first segment with all positions, and the cursors.
    private func settle() throws(SpoolRefusal) {
        append(Delivery(batch: nil, checkpoints: []))
        synchronize()
        do throws(FileSystemError) {
            try save(contents.withLock { $0.durableCursors })
        } catch {
            throw .file(error)
        }
    }
}

extension RecoveredSpool {
    /// Begins with what sinks had acknowledged while the spool was in memory: reading goes on at the lowest position of
    /// all, and what a sink has beyond it is not sent to it again.
    mutating func takeOver(_ saved: SavedPositions, for sinks: [String]) {
        var saved = saved
        let sources = saved.restore(sinks.enumerated().map { ($1, 1 << UInt64($0 % 64)) })
        contents.nextKey = saved.nextKey
        contents.tally.read = saved.read(for: sinks)
        for source in sources { contents.latest[source.checkpoint.key] = source.checkpoint }
        // A sink that is not in the configuration holds nothing that was not there when it went.
        for sink in saved.sinks where sinks.contains(sink.name) {
            var stored = StoredCursor(name: sink.name)
            stored.state = sink.state
            stored.delivered = sink.delivered
            stored.dropped = sink.dropped
            contents.tally.filtered[sink.name] = sink.filtered
            stored.born = -Int64(clamping: sink.settled)
            contents.cursors[sink.name] = DiskCursor(stored)
            let reached = sink.checkpoints.compactMap { sink.reached($0.key) }
            let ahead = reached.filter { contents.latest[$0.key] != $0 }
            if !ahead.isEmpty {
                contents.ahead[sink.name] = Dictionary(ahead.map { ($0.key, $0) }) { first, _ in first }
            }
        }
    }
}
