import Glibc

/// What this process takes from the machine.
package struct ProcessFacts: Sendable, Equatable {
    /// Memory that it holds, in bytes; 0 where the system does not say.
    package var residentBytes: Int64 = 0
    /// Time that it has computed, in microseconds, inside the kernel too.
    package var cpuMicroseconds: Int64 = 0
    /// Files that it has open.
    package var openFiles: Int64 = 0
    /// Files that it may have open.
    package var maxOpenFiles: Int64 = 0

    /// Nothing.
    package init() {}

    /// The facts now: `/proc/self/statm`, getrusage(2), `/proc/self/fd`, getrlimit(2).
    package static func current(in files: any FileSystem) -> ProcessFacts {
        var facts = ProcessFacts()
        if let text = try? OpenFile("/proc/self/statm", in: files).readAll(limit: 256) {
            facts.residentBytes = residentPages(statm: String(decoding: text, as: UTF8.self)) * Int64(getpagesize())
        }
        var usage = rusage()
        if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            facts.cpuMicroseconds = microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
        }
        if let names = try? files.names(inDirectory: "/proc/self/fd") {
            // One of them is the directory itself while it is read.
            facts.openFiles = Int64(names.count - 1)
        }
        facts.maxOpenFiles = Int64(openFileLimit ?? 0)
        return facts
    }

    /// How many files this process may have open, by getrlimit(2); nil where the system does not say.
    package static var openFileLimit: Int? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Takes as many open files as the system allows. The usual 1,024 are kept low for programs that use select(2),
    /// which this one does not; where the system refuses, they stay.
    package static func raiseOpenFileLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The second number of `statm`: pages in memory.
    static func residentPages(statm: String) -> Int64 {
        let words = statm.split(separator: " ")
        return words.count > 1 ? Int64(words[1]) ?? 0 : 0
    }

    private static func microseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_usec) }
}
