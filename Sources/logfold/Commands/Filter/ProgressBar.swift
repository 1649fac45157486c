import LogfoldIO

/// A line on the terminal that says how much of big files has been read.
struct ProgressBar {
    /// Bytes of all regular files together.
    var total: Int64 = 0
    private let wanted: Wanted
    private let terminal: OpenFile
    private var done: Int64 = 0
    private var lastPosition = 0
    private var started: Int64?
    private var lastDrawn: Int64 = 0
    private var isDrawn = false

    /// Smaller input is read before anybody looks.
    private static let worthwhile: Int64 = 64 << 20
    private static let interval: Int64 = 100_000_000
    private static let width = 30

    /// A bar, where it is wanted.
    init(_ wanted: Wanted, _ terminal: OpenFile) {
        self.wanted = wanted
        self.terminal = terminal
    }

    private var isWanted: Bool {
        switch wanted {
        case .always: total > 0
        case .never: false
        case .auto: total >= Self.worthwhile && terminal.isTerminal && !Terminal.isTerminal(1)
        }
    }

    /// So many bytes of the file at hand have been read at `now`, nanoseconds of a clock that does not step.
    mutating func advance(to position: Int, _ now: Int64) {
        done += Int64(position < lastPosition ? position : position - lastPosition)
        lastPosition = position
        guard now - lastDrawn >= Self.interval, isWanted else { return }
        if started == nil { started = now }
        lastDrawn = now
        draw(now)
    }

    private mutating func draw(_ now: Int64) {
        let share = Swift.min(Double(done) / Double(Swift.max(total, 1)), 1)
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.width - filled)
        let seconds = Double(now - (started ?? now)) / 1e9
        let speed = seconds > 0 ? " \(Int(Double(done) / seconds / 1e6)) MB/s" : ""
        _ = Terminal.write("\r[\(bar)] \(Int(share * 100))%\(speed)\u{1b}[K", to: 2)
        isDrawn = true
    }

    /// Takes the bar away, before a message or at the end.
    mutating func clear() {
        guard isDrawn else { return }
        _ = Terminal.write("\r\u{1b}[K", to: 2)
        isDrawn = false
    }
}
