import Glibc
import LogfoldCore
import LogfoldIO

/// Waits until files in a folder are as they should be: woken by each change, not by time.
final class FolderWatch {
    private let descriptor: OpenFile
    private let number: Int32

    /// Watches everything that is written, made or renamed in a folder.
    init(_ folder: String) {
        number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        _ = inotify_add_watch(number, folder, UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE))
        descriptor = OpenFile(standard: FileDescriptor(number, name: folder), in: PosixFileSystem())
    }

    deinit { _ = close(number) }

    /// Waits until the condition holds; false when `seconds` have passed first.
    func wait(seconds: Int64 = 30, until condition: () -> Bool) -> Bool {
        let clock = SystemClock()
        let deadline = clock.monotonic + seconds * 1_000_000_000
        while !condition() {
            let rest = (deadline - clock.monotonic) / 1_000_000
            // Also without a change it is looked at now and then: a file that is cut changes without a word.
            guard rest > 0 else { return false }
            _ = try? descriptor.wait(for: .input, milliseconds: Int32(min(rest, 200)))
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            _ = read(number, &bytes, bytes.count)
        }
        return true
    }
}
