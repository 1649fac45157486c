package import LogfoldParsing

/// What a file sink is to do; `Docs/sinks/file.md` has the table.
package struct FileSinkOptions: Equatable, Sendable {
    /// When an output file is begun anew, and how many old ones stay.
    package struct Rotation: Equatable, Sendable {
        /// Bytes that a file does not exceed, but by an event or member that alone is larger.
        package var size: Int?
        /// How long a file is written to; it ends with the first event after that.
        package var age: Duration?
        /// How many older files stay beside the one that is written.
        package var keep = 7

        /// The files stay as they are.
        package init() {}

        /// Whether there is any rotation.
        package var isOn: Bool { size != nil || age != nil }
    }

    /// When written bytes are brought to the disk.
    package enum Synchronization: Equatable, Sendable {
        /// When the kernel likes: a crash of the machine may lose the last seconds, a crash of logfold nothing.
        case never
        /// So long after they were written at the latest.
        case interval(Duration)
        /// Before they are acknowledged.
        case always
    }

    /// Where the files lie.
    package var path: PathTemplate
    /// What the events look like.
    package var shape = Shape.ecs
    /// How the files are compressed.
    package var compression = OutputCompression.none
    /// How hard.
    package var level = 1
    /// When files are begun anew.
    package var rotation = Rotation()
    /// Permissions of new files; directories get these and the right to enter where they have that to read.
    package var mode: UInt32 = 0o640
    /// Number of the user that gets new files and directories; nil for that of this process.
    package var owner: UInt32?
    /// The same of the group.
    package var group: UInt32?
    /// How long events may wait; longer waiting makes better compressed files.
    package var flush: Duration
    /// When written bytes are brought to the disk.
    package var synchronization = Synchronization.never
    /// Bytes of the file system that are left free.
    package var minFree = 64 << 20

    /// The defaults.
    package init(path: PathTemplate, compression: OutputCompression = .none) {
        self.path = path
        self.compression = compression
        flush = Self.defaultFlush(compression)
    }

    /// At once, or 5 s where waiting makes the files smaller.
    static func defaultFlush(_ compression: OutputCompression) -> Duration {
        compression == .none ? .zero : .seconds(5)
    }
}

extension FileSinkOptions {
    /// JSON that one compressed member holds at the most, but for an event that alone is larger.
    static let memberBytes = 256 << 10
    /// Output that is taken before it must be committed.
    static let fullBytes = 1 << 20
    /// Written bytes that wait for fsync, of all files together, before it comes early.
    static let unsynchronizedBytes = 2 << 20
    /// Files that are open at once.
    static let openFiles = 64
    /// Files whose end is remembered.
    static let knownFiles = 512

    /// Bytes of memory that a sink holds at the most: what is taken (up to 1 MiB, and then a batch of 1 MiB whose last
    /// event has 5), the same written and not yet safe with what waits for fsync, both in buffers that may be half empty.
    package var memoryBound: Int { 32 << 20 }

    /// Room that a buffer keeps between commits.
    static let keptCapacity = 4 << 20

    /// Whether the events should have `event.original`.
    package var needsOriginal: Bool { shape == .raw }

    /// Whether an event may have several lines in this shape.
    var hasTextEvents: Bool { shape == .pretty || shape == .raw }
}
