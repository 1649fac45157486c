package import LogfoldCore
package import LogfoldIO
import LogfoldParsing

/// Writes events to standard output at once, and waits as long as its reader does.
package final class ConsoleSink: Sink {
    /// The name in the configuration.
    package let name: String
    private let fileSystem: any FileSystem
    private let output: FileDescriptor
    private let clock: any Clock
    private var writer: ShapeWriter
    private var pending = ByteBuffer(capacity: 1 << 16)
    /// How many bytes of ``pending`` the reader has got.
    private var written = 0
    private var takenSince: Int64?
    private let readerHasGone: (() -> Void)?
    /// Whether nobody will read what comes.
    private var isUnread = false
    /// Bytes written to standard output.
    package private(set) var bytesWritten: Int64 = 0

    /// A sink on standard output. With `readerHasGone`, which is called once, it lets go what comes when nobody reads the
    /// other end any more; else that is a failure, since a named pipe may get another reader.
    package init(
        _ options: ConsoleSinkOptions, name: String, fileSystem: any FileSystem, clock: any Clock,
        output: FileDescriptor = .standardOutput, environment: (String) -> String? = environmentVariable,
        readerHasGone: (() -> Void)? = nil
    ) {
        self.name = name
        self.fileSystem = fileSystem
        self.output = output
        self.clock = clock
        self.readerHasGone = readerHasGone
        let colours = options.color.meansColors(
            isTerminal: fileSystem.isTerminal(output), noColor: environment("NO_COLOR"),
            terminal: environment("TERM"))
        writer = ShapeWriter(options.shape, colours: colours)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 {
                let range = entry.line
                // What no shape can be made of is shown as it is.
                if !writer.write(lines, range, into: &pending) { pending.append(lines, range) }
                takenSince = takenSince ?? clock.monotonic
            }
        }
    }

    /// Whether 1 MiB of output waits.
    package var isFull: Bool { pending.count >= 1 << 20 }

    /// At once.
    package var deadline: Int64? { takenSince }

    /// Writes all that was taken; after an error the next call goes on behind what the reader has got. Blocking.
    package func commit() throws(SinkFailure) {
        while written < pending.count, !isUnread {
            do throws(FileSystemError) {
                let count = try writeOnce()
                written += count
                bytesWritten += Int64(count)
            } catch {
                guard error.isBrokenPipe, let readerHasGone else { throw SinkFailure(error) }
                isUnread = true
                readerHasGone()
            }
        }
        pending.removeAll()
        if pending.capacity > 4 << 20 { pending = ByteBuffer(capacity: 1 << 16) }
        written = 0
        takenSince = nil
    }

    private func writeOnce() throws(FileSystemError) -> Int {
        do throws(FileSystemError) {
            return try pending.withSpan { (pending) throws(FileSystemError) in
                try unsafe pending.extracting(written..<pending.byteCount).withUnsafeBytes {
                    (bytes) throws(FileSystemError) in try unsafe fileSystem.write(output, bytes)
                }
            }
        } catch  where error.isInterruption {
            return 0
        } catch  where error.wouldBlock {
            // A terminal that another program has set not to block.
            do throws(FileSystemError) {
                _ = try fileSystem.wait(for: .output, of: output, milliseconds: nil)
            } catch {
                guard error.isInterruption else { throw error }
            }
            return 0
        }
    }

    /// Nothing outlives the process.
    package var state: [UInt8] { [] }

    /// Standard output stays open.
    package func close() {}
}
