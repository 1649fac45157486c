import CLinux
import Glibc

/// Waits on many descriptors at once, by epoll.
package final class EventPoll: Sendable {
    private let descriptor: Int32

    /// One that watches nothing yet.
    package init() throws(FileSystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last(.wait, "epoll") }
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Watches a descriptor for input; no harm if it is watched already.
    package func add(_ number: Int32) throws(FileSystemError) {
        var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: number))
        guard unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, number, &event) == 0 || errno == EEXIST else {
            throw .last(.wait, "descriptor \(number)")
        }
    }

    /// Watches a descriptor no more; no harm if it was closed meanwhile.
    package func remove(_ number: Int32) {
        var event = unsafe epoll_event()
        unsafe _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, number, &event)
    }

    /// Waits until a descriptor is readable, or until the monotonic time `deadline`; for ever without one. Returns the
    /// readable ones, none where the time has come or a signal came.
    package func wait(until deadline: Int64?, now: Int64) throws(FileSystemError) -> [Int32] {
        // Rounded up: waking a little early would mean to wake twice.
        let milliseconds = deadline.map { Int32(clamping: ($0 &- now &+ 999_999) / 1_000_000) } ?? -1
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 16)
        let count = unsafe epoll_wait(descriptor, &events, 16, deadline == nil ? -1 : max(milliseconds, 0))
        if count < 0 {
            if errno == EINTR { return [] }
            throw .last(.wait, "epoll")
        }
        return unsafe events[..<Int(count)].map { unsafe $0.data.fd }
    }
}

/// Wakes a thread that waits in an ``EventPoll``, from any other.
package final class WakeSignal: Sendable {
    /// The descriptor to watch.
    package let descriptor: Int32

    /// A signal that was not given yet.
    package init() throws(FileSystemError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last(.wait, "eventfd") }
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Gives the signal.
    package func wake() { _ = eventfd_write(descriptor, 1) }

    /// Takes all signals that were given.
    package func take() {
        var count: eventfd_t = 0
        unsafe _ = eventfd_read(descriptor, &count)
    }
}

/// Signals of the operating system, read like input: nothing runs inside a signal handler.
package final class SignalReader: Sendable {
    /// The descriptor to watch.
    package let descriptor: Int32

    /// Takes these signals away from the process's handlers. To be made before any thread is started, since threads
    /// inherit what is blocked.
    package init(_ signals: [Int32]) throws(FileSystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last(.wait, "signalfd") }
    }

    deinit { _ = Glibc.close(descriptor) }

    /// The next signal that has come, or nil.
    package func next() -> Int32? {
        var info = signalfd_siginfo()
        let count = unsafe Glibc.read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
        return count == MemoryLayout<signalfd_siginfo>.size ? Int32(info.ssi_signo) : nil
    }
}
