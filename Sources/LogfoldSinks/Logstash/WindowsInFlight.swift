/// The windows that a connection was given and that are not acknowledged whole, in order.
struct WindowsInFlight {
    private struct Window {
        var events: Range<Int>
        var bytes: Int
        var acknowledged = 0
    }

    /// The server has acknowledged what it was not given.
    struct Unasked: Error, Equatable, CustomStringConvertible {
        var sequence: UInt32
        /// Events of the window at hand; nil where there is none.
        var count: Int?

        /// Half a sentence.
        var description: String {
            "it acknowledges event \(sequence) "
                + (count.map { "of a window of \($0)" } ?? "while none was sent")
        }
    }

    private var windows: [Window] = []
    /// Bytes of the windows that were acknowledged whole.
    private(set) var bytesAcknowledged = 0

    /// How many windows there are.
    var count: Int { windows.count }

    /// How many events of them are not acknowledged.
    var eventCount: Int { open.reduce(0) { $0 + $1.count } }

    /// The events that are not acknowledged, a run for each window.
    var open: [Range<Int>] { windows.map { $0.events.dropFirst($0.acknowledged) } }

    /// A window has been sent, of so many bytes.
    mutating func append(_ events: Range<Int>, bytes: Int) { windows.append(Window(events: events, bytes: bytes)) }

    /// The server has acknowledged this sequence number of the oldest window; the answer is which events are safe now.
    mutating func acknowledge(_ sequence: UInt32) throws(Unasked) -> Range<Int> {
        // It is still at work.
        if sequence == 0 { return 0..<0 }
        guard var window = windows.first, sequence <= window.events.count else {
            throw Unasked(sequence: sequence, count: windows.first?.events.count)
        }
        // One that was said before may come again.
        let acknowledged = max(window.acknowledged, Int(sequence))
        let safe = window.events.prefix(acknowledged).dropFirst(window.acknowledged)
        window.acknowledged = acknowledged
        windows[0] = window
        if acknowledged == window.events.count { finishFirst() }
        return safe
    }

    /// All of them have arrived; the answer is which events are safe now.
    mutating func acknowledgeAll() -> [Range<Int>] {
        let safe = open
        while !windows.isEmpty { finishFirst() }
        return safe
    }

    private mutating func finishFirst() { bytesAcknowledged += windows.removeFirst().bytes }
}
