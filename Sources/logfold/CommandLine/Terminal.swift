import Glibc
import LogfoldIO

/// The three standard streams, as far as messages and colours are concerned.
enum Terminal {
    /// The environment that is looked at, for the man pages.
    static let environment: [(name: String, help: String)] = [
        ("NO_COLOR", "Where it is set and not empty, there are no colours unless --color=always asks for them."),
        ("TERM", "Where it is 'dumb', there are no colours unless --color=always asks for them."),
        ("TZ", "The local zone, which is that of times without a zone unless --timezone names another."),
    ]

    /// Whether a file descriptor is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether there are to be colours on stdout.
    static func hasColors(_ wanted: Wanted = .auto) -> Bool {
        wanted.meansColors(
            isTerminal: isTerminal(STDOUT_FILENO), noColor: environmentVariable("NO_COLOR"),
            terminal: environmentVariable("TERM"))
    }

    /// Says `logfold: message` on stderr.
    static func say(_ message: String) { _ = write("logfold: \(harmless(message))\n", to: STDERR_FILENO) }

    /// Says `logfold: file: reason` on stderr.
    static func say(_ file: String, _ reason: String) { say("\(file): \(reason)") }

    /// Says why a command line cannot be obeyed, a line for each reason, and where to look.
    static func say(_ error: UsageError) {
        for reason in error.message.split(separator: "\n") { say(String(reason)) }
        _ = write("Try '\(error.command.invocation) --help'.\n", to: STDERR_FILENO)
    }

    /// The text with its control characters shown as `?`: the name of a file must not be able to steer the terminal.
    static func harmless(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }

    /// Writes all of `text`; false where the other end is gone or the device is full.
    ///
    /// By write(2): the C library's `stdout` and `stderr` are shared mutable state to Swift.
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR else { return false }
            } else {
                rest = rest.dropFirst(written)
            }
        }
        return true
    }

    /// What the C library says of an error number: `No such file or directory`.
    static func reason(_ number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}
