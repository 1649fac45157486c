/// How much the disk spool may hold, and how often it waits for the disk.
package struct DiskSpoolOptions: Sendable, Equatable {
    /// Bytes of all segments together.
    package var maxBytes: Int64 = 2 << 30
    /// So many bytes of the file system stay free for others.
    package var minFree: Int64 = 1 << 30
    /// Bytes of deliveries that are held in memory, so that sinks that keep up never read the disk.
    package var memory = 16 << 20
    /// An fsync comes at the latest so long after what it is for, in nanoseconds, or after so many bytes.
    package var syncInterval: Int64 = 1_000_000_000
    package var syncBytes = 4 << 20
    /// Whether records are compressed with zstd.
    package var isCompressed = false
    /// Bytes after which a segment is followed by another; by ``maxBytes`` if nil.
    package var segmentLimit: Int64?

    /// The defaults.
    package init() {}

    var segmentBytes: Int64 { segmentLimit ?? Swift.min(Swift.max(maxBytes / 64, 256 << 10), 64 << 20) }
    /// Room that is kept for a record of all positions.
    var reserve: Int64 { Swift.min(Swift.max(64 << 10, maxBytes / 1_000), maxBytes / 8) }
}
