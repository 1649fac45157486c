import Glibc

/// Tells the service manager how the agent is, by the notify protocol of systemd: one datagram of `KEY=value` lines
/// to the socket in `$NOTIFY_SOCKET`. Without that variable nothing is sent and nothing fails. See sd_notify(3).
package struct ServiceNotifier: Sendable {
    /// Within which time ``alive()`` has to be called again and again; nil where nobody waits for it.
    package let watchdogPeriod: Duration?
    /// Where the datagrams go: a path, or a name that begins with `@` of the abstract namespace.
    private let address: String?

    /// Sending gives up after so long; the service manager may be busy, but the agent must not stand still for it.
    private static let patience = timeval(tv_sec: 1, tv_usec: 0)

    /// The notifier that the process's environment asks for.
    package init() { self.init(process: getpid(), environment: environmentVariable) }

    /// The notifier that an environment asks for. The watchdog counts only where `$WATCHDOG_PID` is this process or
    /// missing.
    package init(process: Int32, environment: (String) -> String?) {
        address = environment("NOTIFY_SOCKET").flatMap { Self.isSupported($0) ? $0 : nil }
        let isForThis = environment("WATCHDOG_PID").map { $0 == "\(process)" } ?? true
        let microseconds = environment("WATCHDOG_USEC").flatMap(Int64.init).flatMap { $0 > 0 ? $0 : nil }
        watchdogPeriod = isForThis ? microseconds.map { .microseconds($0) } : nil
    }

    /// The agent has started, or has ended a reload. `status` is a line for `systemctl status`.
    package func ready(status: String? = nil) { send(["READY=1"] + Self.statusLine(status)) }

    /// The configuration is being read again; ``ready(status:)`` ends it. `monotonic` is the time now in nanoseconds of
    /// `CLOCK_MONOTONIC`: by it the manager tells this reload from one that it has asked for later.
    package func reloading(monotonic: Int64) { send(["RELOADING=1", "MONOTONIC_USEC=\(monotonic / 1_000)"]) }

    /// The agent is about to end.
    package func stopping() { send(["STOPPING=1"]) }

    /// The agent is alive; due before each ``watchdogPeriod`` has passed.
    package func alive() { send(["WATCHDOG=1"]) }

    private static func statusLine(_ text: String?) -> [String] {
        // A newline would end the line, and what follows would be taken for another message.
        guard let text else { return [] }
        return ["STATUS=" + String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })]
    }

    private static func isSupported(_ address: String) -> Bool {
        (address.hasPrefix("/") || address.hasPrefix("@")) && address.utf8.count > 1
            && address.utf8.count < UnixAddress.capacity
    }

    /// Returns whether it was sent. Nobody has to look: the manager will say that it misses something.
    @discardableResult
    func send(_ lines: [String]) -> Bool {
        guard let address, let target = UnixAddress(address) else { return false }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { _ = Glibc.close(socket) }
        var patience = Self.patience
        unsafe _ = setsockopt(
            socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(lines.joined(separator: "\n").utf8)
        return unsafe target.withPointer { name, length in
            var sent = 0
            repeat {
                sent = unsafe bytes.withUnsafeBytes {
                    unsafe sendto(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), name, length)
                }
            } while sent < 0 && errno == EINTR
            return sent == bytes.count
        }
    }
}
