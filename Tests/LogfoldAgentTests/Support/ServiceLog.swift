import Glibc
import LogfoldIO
import LogfoldTestSupport

/// A service that writes its log as oslo.log does: each record in one write, numbered, so that an audit can miss it.
final class ServiceLog {
    let path: String
    private(set) var written = 0
    private var file: OpenFile
    private let pid: Int
    /// What each record that is no error ends with.
    private let padding: String

    /// A log at this path, whose records have so many bytes more than they need.
    init(_ path: String, pid: Int = 4314, padding: Int = 0) throws {
        self.path = path
        self.pid = pid
        self.padding = padding == 0 ? "" : " " + String(repeating: "x", count: padding)
        file = try OpenFile(path, for: .appending, in: PosixFileSystem())
    }

    /// The text of the record of a number: every tenth is an error with a traceback.
    func record(_ number: Int) -> String {
        let time =
            "2026-11-22 16:\(Self.two(number / 60_000 % 60)):\(Self.two(number / 1_000 % 60)).\(Self.three(number % 1_000))"
        let id = "seq=\(pid)-\(number)"
        guard number % 10 == 9 else {
            return "\(time) \(pid) INFO nova.compute.manager [-] \(id) Took 0.21 seconds\(padding)\n"
        }
        let prefix = "\(time) \(pid) ERROR nova.compute.manager"
        return """
            \(prefix) [-] \(id) Build failed: ValueError: \(number)
            \(prefix) Traceback (most recent call last):
            \(prefix)   File "/usr/lib/python3/dist-packages/nova/compute/manager.py", line 2345, in build
            \(prefix)     raise ValueError(number)
            \(prefix) ValueError: \(number)
            \(prefix) \n
            """
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func three(_ number: Int) -> String { number < 100 ? "0" + two(number) : "\(number)" }

    /// Writes the next records.
    func write(_ count: Int = 1) throws {
        for _ in 0..<count {
            try file.write(Array(record(written).utf8))
            written += 1
        }
    }

    /// Writes records up to the next error, and the first lines of that. Returns the rest of it.
    func writeUpToATraceback() throws -> String {
        while written % 10 != 9 { try write() }
        let lines = record(written).split(separator: "\n", omittingEmptySubsequences: false)
        try writeRaw(lines[..<3].joined(separator: "\n") + "\n")
        written += 1
        return lines[3...].joined(separator: "\n")
    }

    /// Writes bytes as they are: no record.
    func writeRaw(_ text: String) throws { try file.write(Array(text.utf8)) }

    /// Opens the path anew, as WatchedFileHandler does after a rotation.
    func reopen() throws { file = try OpenFile(path, for: .appending, in: PosixFileSystem()) }

    /// Cuts the file to nothing, as copytruncate does.
    func truncate() throws { try file.truncate(to: 0) }
}
