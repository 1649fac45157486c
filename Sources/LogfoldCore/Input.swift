/// Reads sources and hands their bytes to the engine; a type of input is a type that conforms.
///
/// All inputs are driven by one loop on one thread of their own: it waits until a descriptor is readable or a deadline
/// has come, and calls ``run(_:now:)``. Nothing here may wait for anything but a file on a disk.
package protocol Input: AnyObject {
    /// The name in the configuration.
    var name: String { get }
    /// Descriptors that are readable when there is something to do: inotify, sockets. May change with every call.
    var descriptors: [Int32] { get }
    /// When ``run(_:now:)`` wants to be called though no descriptor is readable, by the monotonic clock; nil for never.
    var deadline: Int64? { get }
    /// Goes on with what another input of its name has open, which is stopped after that; before the first turn. What it
    /// would not find again by what was restored must not be lost by a reload.
    func takeOver(from predecessor: any Input)
    /// Does a turn of work: a bounded number of bytes, fairly over its sources, and no more once the feed is full.
    /// Returns whether more could be done at once.
    func run(_ feed: any Feed, now: Int64) -> Bool
    /// Whether bytes of a source wait to be read: then its folds do not end by the clock.
    func hasUnread(_ source: UInt32) -> Bool
    /// What has to be saved of a source's place, beside the engine's position.
    func place(of source: UInt32) -> [UInt8]
    /// Ends: descriptors are closed, sources are not finished, so that their open folds are read again next time.
    func stop()
    /// What `logfold status` shows.
    var status: InputStatus { get }
    /// Whether nothing will ever come of it any more: a recording that was played. An agent of such inputs only ends by
    /// itself.
    var hasEnded: Bool { get }
}

extension Input {
    /// What is live never ends.
    package var hasEnded: Bool { false }

    /// What can be opened again at any time need not be taken over.
    package func takeOver(from predecessor: any Input) {}
}

/// Takes the bytes of inputs: the engine and what surrounds it.
package protocol Feed: AnyObject {
    /// Whether the sinks are so far behind that no more bytes are to be read for now.
    var isFull: Bool { get }
    /// A number for a source that was never known before.
    func newKey() -> UInt64
    /// Begins a source and returns its number in this process.
    func open(_ source: SourceDescription, of input: any Input) -> UInt32
    /// Takes the next bytes, which begin at `offset` of the decoded source. Cut anywhere.
    func push(_ bytes: RawSpan, of source: UInt32, at offset: Int64)
    /// Everything there is of a source was read: from now on its folds may end by the clock.
    func reachedEnd(of source: UInt32)
    /// A source has ended, no more bytes will come: its open folds leave.
    func finish(_ source: UInt32)
    /// A source goes on in another file: what is open in the one goes on in the other, which is opened with this.
    func succeed(_ source: UInt32, with successor: SourceDescription, of input: any Input) -> UInt32
    /// The place of a source has changed without any bytes.
    func moved(_ source: UInt32)
    /// Nothing needs to be saved of a source any more.
    func forget(key: UInt64)
    /// Something was lost before it could be read.
    func lostAtSource(_ source: UInt32?, of input: any Input, bytes: Int64, reason: String)
}

/// What is known of a source when it is opened.
package struct SourceDescription: Sendable {
    /// The number that it is saved under.
    package var key: UInt64
    /// `log.file.path`, or the name of the stream.
    package var path: String
    /// The path as included, without suffixes of rotation and compression: part of event ids.
    package var logicalPath: String
    /// How often a file with the same first line has begun at this path before: part of event ids.
    package var generation: UInt32 = 0
    /// `service.name`, where the path tells it.
    package var service: String?
    /// Nanoseconds since 1970 UTC that stamps without a year lie before; nil for now.
    package var referenceTime: Int64?
    /// Where to go on; nil for the beginning.
    package var resume: ResumePoint?

    /// A source.
    package init(key: UInt64, path: String, logicalPath: String) {
        self.key = key
        self.path = path
        self.logicalPath = logicalPath
    }
}

/// What an input was left with by an earlier run.
package struct RestoredSource: Sendable {
    /// The checkpoint with the lowest position of all sinks.
    package var checkpoint: SourceCheckpoint
    /// Where to go on.
    package var resume: ResumePoint

    /// A source of an earlier run.
    package init(checkpoint: SourceCheckpoint, resume: ResumePoint) {
        self.checkpoint = checkpoint
        self.resume = resume
    }
}

/// The state of an input for `logfold status` and `/metrics`.
package struct InputStatus: Sendable, Equatable {
    /// A file or stream.
    package struct Source: Sendable, Equatable {
        /// Its path or name.
        package var path: String
        /// How far it was read, in bytes as they lie on the disk.
        package var position: Int64
        /// How many bytes wait to be read.
        package var lag: Int64
        /// Wall time of the last bytes, nanoseconds since 1970 UTC; nil for none.
        package var lastRead: Int64?
        /// What is wrong with it and what would help.
        package var problem: String?

        /// The state of one source.
        package init(path: String, position: Int64, lag: Int64, lastRead: Int64? = nil, problem: String? = nil) {
            self.path = path
            self.position = position
            self.lag = lag
            self.lastRead = lastRead
            self.problem = problem
        }
    }

    /// Its files or streams.
    package var sources: [Source] = []
    /// What is wrong with the input as a whole: an include that matches nothing.
    package var problems: [String] = []
    /// How many bytes are held on the disk by deleted files that are still open.
    package var pinnedBytes: Int64 = 0

    /// Nothing yet.
    package init() {}
}
