import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Where the filter's events go: standard output, in the shape that was asked for.
///
/// Events in logfold's own shape are written straight from the batch they were encoded in; other shapes are views of
/// it. What is written is gathered into large writes, unless the input is live.
final class EventOutput {
    private let file: OpenFile
    private let shape: Shape
    private var writer: ShapeWriter
    private var buffer = ByteBuffer(capacity: 1 << 16)
    private var isBroken = false
    /// Whether the output ended because somebody has seen enough.
    private(set) var isClosedByReader = false
    /// How many events could not be written in the shape.
    private(set) var unwritten = 0
    private let isLineBuffered: Bool?
    private let status: FileStatus?
    /// Levels and loggers, where they are asked for.
    private(set) var tally: EventTally?

    private static let flushBytes = 1 << 18

    /// An output for these options.
    init(_ options: FilterOptions, _ file: OpenFile) {
        self.file = file
        shape = options.shape
        writer = ShapeWriter(options.shape, colours: options.usesColour)
        isLineBuffered = options.isLineBuffered
        status = try? file.status()
        tally = options.showsStatistics ? EventTally() : nil
    }

    /// Whether the output is this regular file.
    func isFile(_ other: FileStatus) -> Bool {
        guard let status, status.kind == .regular else { return false }
        return status.device == other.device && status.inode == other.inode
    }

    /// How many events were shown without their original text, as a sentence; nil if none.
    var rebuiltMessage: String? {
        guard shape == .raw, writer.rebuilt > 0 else { return nil }
        let events = writer.rebuilt == 1 ? "1 event" : "\(writer.rebuilt) events"
        return "\(events) had no original text: shown as head, message and stack trace"
    }

    /// Takes a batch; false when nobody takes the output any more.
    func write(_ batch: Batch) -> Bool {
        if isBroken { return false }
        batch.withLines { lines in
            tally?.add(lines, batch.entries)
            if shape == .ecs {
                append(lines)
            } else {
                for entry in batch.entries {
                    let range = entry.json
                    if !writer.write(lines, range, into: &buffer) { unwritten += 1 }
                    if isLineBuffered == true || buffer.count >= Self.flushBytes { flush() }
                }
            }
        }
        return !isBroken
    }

    private func append(_ lines: RawSpan) {
        if buffer.count == 0, lines.byteCount >= Self.flushBytes || isLineBuffered == true {
            send(lines)
        } else {
            buffer.append(lines, 0, lines.byteCount)
            if buffer.count >= Self.flushBytes { flush() }
        }
    }

    /// Writes what has gathered, when the input is live and the user has not asked for large writes.
    func flushLive() -> Bool { isLineBuffered == false ? !isBroken : flush() }

    /// Writes what has gathered; false when nobody takes it.
    @discardableResult
    func flush() -> Bool {
        if buffer.count > 0 {
            Self.send(buffer, self)
            buffer.removeAll()
        }
        return !isBroken
    }

    private static func send(_ buffer: borrowing ByteBuffer, _ output: EventOutput) {
        buffer.withSpan { output.send($0) }
    }

    private func send(_ bytes: RawSpan) {
        if isBroken { return }
        do {
            try file.write(bytes)
        } catch {
            isBroken = true
            isClosedByReader = error.isBrokenPipe
            if !isClosedByReader { Terminal.say("standard output", error.reason) }
        }
    }
}

extension Engine {
    /// Pushes the first `count` bytes of a buffer; false when the output is gone.
    mutating func push(
        _ buffer: borrowing [UInt8], _ count: Int, source: UInt32, at offset: Int, to output: EventOutput
    ) -> Bool {
        var isOpen = true
        buffer.withSpan { bytes in
            push(bytes.extracting(0..<count), source: source, at: offset) { isOpen = output.write($0) && isOpen }
        }
        return isOpen
    }

    /// Ends what has been silent for long enough; false when the output is gone.
    mutating func expire(source: UInt32, now: Int64, to output: EventOutput) -> Bool {
        var isOpen = true
        expire(source: source, now: now) { isOpen = output.write($0) && isOpen }
        return isOpen
    }

    /// Ends a source; false when the output is gone.
    mutating func finish(source: UInt32, to output: EventOutput) -> Bool {
        var isOpen = true
        finish(source: source) { isOpen = output.write($0) && isOpen }
        return isOpen
    }
}
