import LogfoldCompression
import LogfoldCore
package import LogfoldIO
import Synchronization

/// The positions on the disk: the last snapshot, and a journal of the steps since.
package final class PositionStore: Sendable {
    private let directory: DataDirectory
    private let journal = Mutex(Journal())

    private struct Journal {
        var generation: UInt64 = 0
        var file: OpenFile?
        var bytes = 0
        /// Why the last step could not be written down: then only a snapshot helps.
        var problem: FileSystemError?
    }

    /// The store of a directory; nothing is read or written yet.
    package init(_ directory: DataDirectory) { self.directory = directory }

    private var files: any FileSystem { directory.files }
    private var path: String { "\(directory.path)/positions" }
    private func journalPath(_ generation: UInt64) -> String { "\(path).\(generation).log" }
}

// MARK: - At the start

extension PositionStore {
    /// What an earlier run has saved, nil where there was none; a file that cannot be used is set aside, with the
    /// reason as a sentence.
    package func load() throws(FileSystemError) -> (positions: SavedPositions?, problem: String?) {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try OpenFile(path, in: files).readAll(limit: 1 << 30)
        } catch {
            if error.isNotFound { return (nil, nil) }
            throw error
        }
        do throws(SavedFileProblem) {
            var (positions, generation) = try SavedPositions.decode(bytes, checksum: Checksum.crc32)
            while let steps = try? OpenFile(journalPath(generation), in: files).readAll(limit: 1 << 30) {
                for step in Self.steps(in: steps) { positions.apply(step) }
                generation += 1
            }
            journal.withLock { $0.generation = generation }
            return (positions, nil)
        } catch {
            let aside = "\(path).unusable"
            try files.rename(path, to: aside)
            return (nil, "cannot use '\(path)': \(error); it now lies at '\(aside)'")
        }
    }

    /// The steps of a journal up to the first that is not whole: the process was killed in the middle of its write.
    static func steps(in bytes: [UInt8]) -> [PositionChange] {
        var steps: [PositionChange] = []
        var at = 0
        while at + 8 <= bytes.count {
            let length = Int(number(bytes, at))
            guard length <= bytes.count - at - 8 else { break }
            let payload = Array(bytes[(at + 8)..<(at + 8 + length)])
            var decoder = StateDecoder(payload)
            guard Checksum.crc32(payload) == number(bytes, at + 4), let step = try? PositionChange(from: &decoder)
            else {
                break
            }
            steps.append(step)
            at += 8 + length
        }
        return steps
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32($1 * 8) }
    }
}

// MARK: - While it runs

extension PositionStore {
    /// Writes a step down. Does not wait for the disk and does not fail: what could not be written makes ``problem``,
    /// and the next snapshot holds it.
    package func append(_ step: PositionChange) {
        var encoder = StateEncoder()
        step.encode(&encoder)
        let head = [UInt32(encoder.bytes.count), Checksum.crc32(encoder.bytes)].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32($0 * 8)) }
        }
        journal.withLock { journal in
            guard journal.problem == nil, let file = journal.file else { return }
            do throws(FileSystemError) {
                try file.write(head + encoder.bytes)
                journal.bytes += 8 + encoder.bytes.count
            } catch {
                // A record that is not whole ends the journal: what came behind it would not be read.
                journal.problem = error
            }
        }
    }

    /// How many bytes of steps there are since the last snapshot began.
    package var journalBytes: Int { journal.withLock { $0.bytes } }

    /// Why steps cannot be written down; nil while they can.
    package var problem: FileSystemError? { journal.withLock { $0.problem } }

    /// Lets the journal go over to the next number: to be called while nobody can take a step, with the state that a
    /// snapshot is then made of. Returns the snapshot's generation.
    package func turnOver() -> UInt64 {
        journal.withLock { journal in
            if journal.file != nil { journal.generation += 1 }
            journal.bytes = 0
            do throws(FileSystemError) {
                journal.file = try OpenFile(journalPath(journal.generation), for: .replacing, in: files)
                journal.problem = nil
            } catch {
                journal.file = nil
                journal.problem = error
            }
            return journal.generation
        }
    }

    /// Replaces the snapshot: when this returns it is on the disk, and older journals are gone.
    package func write(_ positions: SavedPositions, generation: UInt64) throws(FileSystemError) {
        try files.replace(path) { (file) throws(FileSystemError) in
            try file.write(positions.encoded(generation: generation, checksum: Checksum.crc32))
        }
        removeJournals(before: generation)
    }

    /// Makes the directory again where somebody has removed it; the next snapshot is all there is in it then.
    package func makeDirectoryAgain() throws(DataDirectory.Refusal) { try directory.makeAgain() }

    /// Gives the snapshot another name, so that it is used no more, and removes the journals: something else holds the
    /// positions now.
    package func setAside() throws(FileSystemError) {
        guard (try? files.look(at: path)) != nil else { return }
        try files.rename(path, to: "\(path).replaced")
        removeJournals(before: .max)
    }

    private func removeJournals(before generation: UInt64) {
        for name in (try? files.names(inDirectory: directory.path)) ?? [] {
            let parts = name.split(separator: ".")
            guard parts.count == 3, parts[0] == "positions", parts[2] == "log", let number = UInt64(parts[1]),
                number < generation
            else { continue }
            try? files.remove("\(directory.path)/\(name)")
        }
    }
}
