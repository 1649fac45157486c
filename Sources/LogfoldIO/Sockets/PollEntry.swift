import Glibc

/// A descriptor that is waited for, with poll(2): for a handful of them that change all the time.
package struct PollEntry {
    private var raw: pollfd

    /// A descriptor, and what is to be possible without waiting.
    package init(_ descriptor: Int32, _ readiness: Readiness) {
        raw = pollfd(fd: descriptor, events: Int16(readiness == .input ? POLLIN : POLLOUT), revents: 0)
    }

    /// Whether it is possible, or the other side has gone, so that trying will tell.
    package var isReady: Bool { raw.revents != 0 }

    /// Waits until one of the entries is ready, and notes which are; without a limit for ever. False when the time is
    /// over or a signal came.
    package static func wait(for entries: inout [PollEntry], milliseconds: Int32?) -> Bool {
        var list = entries.map(\.raw)
        let count = unsafe poll(&list, nfds_t(list.count), milliseconds.map { max($0, 0) } ?? -1)
        for index in entries.indices { entries[index].raw.revents = count > 0 ? list[index].revents : 0 }
        return count > 0
    }
}
