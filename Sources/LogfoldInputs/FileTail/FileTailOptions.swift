/// Which files are read, and how.
package struct FileTailOptions: Sendable, Equatable {
    /// Where the reading of a file begins that nothing is known of.
    package enum Start: String, Sendable, CaseIterable {
        /// At its first byte.
        case beginning
        /// At its end, if it is there at the first run of the input.
        case end
    }

    /// Patterns for paths; all begin with a slash.
    package var include: [GlobPattern] = []
    /// Patterns for what is left out: for whole paths where they have a slash, else for names.
    package var exclude: [GlobPattern] = []
    /// Where files begin.
    package var startAt = Start.beginning
    /// Files that nothing is known of and that were not written to for so long are read from their end on.
    package var ignoreOlder: Duration?
    /// How many files are open at most.
    package var maxOpenFiles = 1024
    /// How many bytes deleted files that are still open may hold on the disk.
    package var maxPinnedBytes: Int64 = 1 << 30
    /// How long a rotated file stays open after nothing was written to it.
    package var rotateWait = Duration.seconds(60)
    /// `service.name` of all files; nil for what their paths tell.
    package var service: String?
    /// After so long without a line `status` says so; nil for never.
    package var quietAfter: Duration?

    /// Nothing is read.
    package init() {}

    /// Whether a file of this path is read.
    package func takes(_ path: String) -> Bool {
        include.contains { $0.matches(path) } && !GlobExcludes(exclude).contain(path)
    }
}
