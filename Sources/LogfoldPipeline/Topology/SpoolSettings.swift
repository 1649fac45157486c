package import LogfoldConfig
import LogfoldCore
package import LogfoldSpool

/// `spool:`: where events wait for sinks, and how many of them may.
package struct SpoolSettings: Sendable, Equatable {
    /// Where they wait.
    package enum Kind: String, Sendable, CaseIterable {
        case memory, disk
    }

    /// Where they wait.
    package var type = Kind.disk
    /// What a spool in memory may hold.
    package var memoryBytes = 32 << 20
    /// What one on the disk may hold, and how it is kept.
    package var disk = DiskSpoolOptions()
    /// What happens when it is full to sinks that say nothing else.
    package var whenFull = WhenFull.auto

    /// The defaults.
    package init() {}

    /// Reads the section; what is wrong is noted there.
    package init(_ section: ConfigSection) {
        type = section.choice("type", default: type)
        switch type {
        case .memory: readMemory(section)
        case .disk: readDisk(section)
        }
    }

    private mutating func readMemory(_ section: ConfigSection) {
        memoryBytes = section.size("max_bytes", in: 4 << 20...1 << 34, default: memoryBytes)
        for key in ["min_free", "memory", "sync", "compression"] where section.has(key) {
            section.problem(
                "'\(key)' counts for a spool on the disk only; leave it out, or write 'type: disk'", at: key)
        }
        whenFull = section.whenFull ?? .block
    }

    private mutating func readDisk(_ section: ConfigSection) {
        disk.maxBytes = Int64(section.size("max_bytes", in: 16 << 20...1 << 50, default: Int(disk.maxBytes)))
        disk.minFree = Int64(section.size("min_free", in: 0...1 << 50, default: Int(disk.minFree)))
        disk.memory = section.size("memory", in: 8 << 20...1 << 32, default: disk.memory)
        disk.isCompressed = section.choice("compression", default: Compression.none) == .zstd
        whenFull = section.whenFull ?? whenFull
        if let sync = section.section("sync") {
            let interval = sync.duration(
                "interval", in: .milliseconds(10)...(.seconds(60)), default: .nanoseconds(disk.syncInterval))
            disk.syncInterval = interval.nanoseconds
            disk.syncBytes = sync.size("bytes", in: 64 << 10...1 << 30, default: disk.syncBytes)
        }
        // What is not yet safe is held in memory.
        disk.syncBytes = Swift.min(disk.syncBytes, disk.memory / 2)
    }

    private enum Compression: String, CaseIterable {
        case none, zstd
    }

    /// Bytes of memory that it takes at the most beside the readers of sinks that are behind.
    var memoryBound: Int { type == .memory ? memoryBytes : disk.memory }
}

extension ConfigSection {
    /// `when_full`, of the spool or of a sink; nil where nothing is said.
    var whenFull: WhenFull? { optionalChoice("when_full") }
}
