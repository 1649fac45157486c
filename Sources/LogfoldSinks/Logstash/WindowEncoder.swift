// Lumberjack, version 2, as Beats speak it to Logstash. Numbers are big-endian and of 32 bits; every frame begins with the
// version, '2', and its type:
//
//     window       2 W  count                       so many events follow
//     JSON         2 J  sequence  length  object    an event; in each window they count from 1
//     compressed   2 C  length  zlib stream         frames of events, as if they stood here
//     acknowledge  2 A  sequence                    from the server: all up to this one of the window are safe
//
// Sources: logstash-input-beats (`BeatsParser`, `AckEncoder`) and go-lumber (`client/v2`, `server/v2`). Logstash
// acknowledges by the sequence of an event and go-lumber by their number, so a window has to count from 1: then the two are
// the same. A server acknowledges in parts if it likes; an acknowledgement of 0 says that it is still at work.

import LogfoldCompression
import LogfoldParsing

/// How events go over a connection.
package enum LogstashWire: String, CaseIterable, Sendable {
    /// Frames that are acknowledged: the input `beats`.
    case lumberjack
    /// JSON lines, never acknowledged: the input `tcp` with the codec `json_lines`.
    case lines = "tcp_json_lines"
}

/// Puts windows of events into the bytes that are sent.
final class WindowEncoder {
    private let wire: LogstashWire
    private let compressor: DeflateCompressor?
    private var frames = ByteBuffer()

    /// Bytes of a window frame, and of the head of a compressed one.
    private static let windowLength = 6
    private static let headLength = 6

    /// An encoder of one kind; without a level nothing is compressed.
    init(_ wire: LogstashWire, level: Int?) throws(CompressionError) {
        self.wire = wire
        compressor = try level.map { level throws(CompressionError) in
            try DeflateCompressor(.zlib, level: Int32(clamping: level))
        }
    }

    /// The bytes of a window of these events of a lot, which are at least one.
    func encode(_ events: Range<Int>, of lot: EventLot) throws(CompressionError) -> [UInt8] {
        frames.removeAll()
        defer { if frames.capacity > Self.keptCapacity { frames = ByteBuffer() } }
        guard wire == .lumberjack else {
            let end = lot.place(events.upperBound - 1).end
            lot.withText { frames.append($0, lot.place(events.lowerBound).start, end) }
            return frames.copied()
        }
        if compressor == nil { appendWindow(events.count) }
        lot.withText { text in
            for (index, number) in events.enumerated() { append(text, lot.place(number), sequence: index + 1) }
        }
        guard let compressor else { return frames.copied() }
        let bytes = try frames.withSpan { (span) throws(CompressionError) in
            try compressor.compress(span, behind: Self.windowLength + Self.headLength)
        }
        return behindHeads(bytes, events.count)
    }

    private func append(_ text: RawSpan, _ event: ByteRange, sequence: Int) {
        frames.append("2J")
        frames.append(bigEndian: sequence)
        frames.append(bigEndian: event.count - 1)
        frames.append(text, event.start, event.end - 1)
    }

    private func appendWindow(_ count: Int) {
        frames.append("2W")
        frames.append(bigEndian: count)
    }

    /// The window stands before the compressed frame and not in it: go-lumber reads it nowhere else.
    private func behindHeads(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var bytes = bytes
        frames.removeAll()
        appendWindow(count)
        frames.append("2C")
        frames.append(bigEndian: bytes.count - Self.windowLength - Self.headLength)
        for at in 0..<frames.count { bytes[at] = frames[at] }
        return bytes
    }

    /// Room that is kept between windows.
    private static let keptCapacity = 8 << 20
}

extension ByteBuffer {
    /// Appends a number below 2³² in four bytes, the highest first.
    fileprivate mutating func append(bigEndian number: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// A copy of the bytes.
    fileprivate borrowing func copied() -> [UInt8] {
        withSpan { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    }
}
