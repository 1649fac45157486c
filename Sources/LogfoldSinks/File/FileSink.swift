package import LogfoldCore
package import LogfoldIO
import LogfoldParsing

/// Writes events to files, one a line; where a file lies may depend on the event.
///
/// What a crash leaves of it stands in `FileSinkState.swift`.
package final class FileSink: Sink {
    /// The name in the configuration.
    package let name: String
    private let files: OutputFiles
    private let clock: any Clock
    private let flush: Int64
    private var resolver: PathResolver
    private var writer: ShapeWriter
    /// The file of the last event.
    private var current: OutputFile?
    /// Bytes that were taken since the last commit, and when the first of them was, by the monotonic clock.
    private var taken = 0
    private var takenSince: Int64?

    fileprivate init(name: String, options: FileSinkOptions, files: OutputFiles, clock: any Clock) {
        self.name = name
        self.files = files
        self.clock = clock
        flush = options.flush.nanoseconds
        resolver = PathResolver(options.path, isRotating: options.rotation.isOn)
        writer = ShapeWriter(options.shape)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 { take(entry, of: lines) }
        }
    }

    private func take(_ entry: Batch.Entry, of lines: RawSpan) {
        let range = entry.line
        if resolver.move(to: lines, range, time: entry.time) || current == nil {
            current = resolver.path.map(files.output(at:))
        }
        guard let output = current else { return }
        let before = output.pending.count
        if writer.shape == .ecs {
            output.pending.append(lines, range)
        } else {
            take(range, of: lines, into: output)
        }
        taken += output.pending.count - before
        takenSince = takenSince ?? clock.monotonic
    }

    private func take(_ range: ByteRange, of lines: RawSpan, into output: OutputFile) {
        if !writer.write(lines, range, into: &output.pending) {
            files.report("An event could not be read; it is written as it is", [("path", output.path)])
            output.pending.append(lines, range)
        }
        if files.options.hasTextEvents { output.ends.append(output.pending.count) }
    }

    /// Whether 1 MiB of output waits.
    package var isFull: Bool { taken >= FileSinkOptions.fullBytes }

    /// When what was taken has to be in the files, and what is in them on the disk.
    package var deadline: Int64? {
        [takenSince.map { $0 + flush }, files.synchronizationDeadline].compactMap { $0 }.min()
    }

    /// Writes all that was taken to the files and synchronizes them by the policy. Blocking.
    package func commit() throws(SinkFailure) {
        current = nil
        try files.commit(isIdle: takenSince == nil)
        taken = 0
        takenSince = nil
    }

    /// The files and their lengths at the last commit.
    package var state: [UInt8] { files.state.encoded }

    /// Closes the files.
    package func close() { files.close() }

    /// Bytes written to files, as they lie there.
    package var bytesWritten: Int64 { files.bytesWritten }
}

extension FileSink {
    /// The name of a sink's journal in `data_dir`: no two sinks have the same.
    package static func journalName(of sink: String) -> String { "sink-\(PercentEncoding.encoded(sink)).journal" }
}

/// A file sink that goes on from a saved state: what was written after it is cut off first. Blocking.
///
/// - Parameters:
///   - journal: Path of a file of the sink's own in `data_dir`, where it notes files that it begins.
///   - restoring: What ``FileSink/state`` was when the saved positions were acknowledged; empty where there is none.
package func makeFileSink(
    _ options: FileSinkOptions, name: String, fileSystem: any FileSystem, clock: any Clock, journal: String,
    restoring state: [UInt8], report: @escaping SinkReport
) throws(SinkFailure) -> FileSink {
    let compressor: MemberCompressor
    do {
        compressor = try MemberCompressor(options.compression, level: options.level)
    } catch {
        throw SinkFailure("\(error)")
    }
    let openings = OpeningJournal(journal, in: fileSystem, isSynchronized: options.synchronization != .never)
    let files = OutputFiles(options, fileSystem, clock, openings, compressor, report: report)
    try files.recover(state)
    return FileSink(name: name, options: options, files: files, clock: clock)
}
