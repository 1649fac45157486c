import LogfoldCompression
import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

private func lot(_ events: [String], usesEventID: Bool = true) -> EventLot {
    let lot = EventLot(beat: "logfold", version: "1.0", usesEventID: usesEventID)
    EventBatch.of(events).withLines { lines in
        var start = 0
        while start < lines.byteCount {
            let end = lines.index(of: 0x0A, from: start, to: lines.byteCount) + 1
            lot.append(lines, ByteRange(start, end))
            start = end
        }
    }
    return lot
}

private func text(_ lot: EventLot) -> String {
    lot.withText { $0.string(ByteRange(0, $0.byteCount)) }
}

@Suite("Logstash sink: bytes")
struct LogstashFrameTests {
    private static let front = #"{"@metadata":{"beat":"logfold","type":"_doc","version":"1.0""#

    @Test(
        "An event gets Beats' metadata in front and is otherwise untouched",
        arguments: [
            (#"{"message":"a","event":{"id":"8f2c"}}"#, #","_id":"8f2c"},"message":"a","event":{"id":"8f2c"}}"#),
            (#"{"event":{"id":"a\"b"},"x":1.50}"#, #","_id":"a\"b"},"event":{"id":"a\"b"},"x":1.50}"#),
            (#"{"message":"ä\u0000"}"#, #"},"message":"ä\u0000"}"#),
            ("{}", "}}"),
        ])
    func metadata(event: String, rest: String) throws {
        let expected = Self.front + rest
        #expect(text(lot([event])) == expected + "\n")
        #expect(JSONValue(expected) != nil, "It is JSON")
    }

    @Test("Without event_id there is no id")
    func noID() {
        #expect(
            text(lot([#"{"event":{"id":"8f2c"}}"#], usesEventID: false)) == Self.front + #"},"event":{"id":"8f2c"}}"#
                + "\n")
    }

    @Test("A window is a count and events that are numbered from 1")
    func window() throws {
        let lot = lot([#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
        let bytes = try WindowEncoder(.lumberjack, level: nil).encode(1..<3, of: lot)
        let (first, second) = (Self.front + #"},"b":2}"#, Self.front + #"},"c":3}"#)
        let length: [UInt8] = [0, 0, 0, UInt8(first.utf8.count)]
        let head: [UInt8] = [0x32, 0x57, 0, 0, 0, 2]
        let one = [0x32, 0x4A, 0, 0, 0, 1] + length + Array(first.utf8)
        let two = [0x32, 0x4A, 0, 0, 0, 2] + length + Array(second.utf8)
        #expect(bytes == head + one + two)
    }

    @Test(
        "Compressed, the window stands before a frame of one zlib stream with the events' frames in it",
        arguments: [1, 6])
    func compressed(level: Int) throws {
        let lot = lot((0..<100).map { #"{"message":"m\#($0)"}"# })
        let plain = try WindowEncoder(.lumberjack, level: nil).encode(0..<100, of: lot)
        let bytes = try WindowEncoder(.lumberjack, level: level).encode(0..<100, of: lot)
        #expect(Array(bytes[..<8]) == [0x32, 0x57, 0, 0, 0, 100, 0x32, 0x43])
        #expect(bytes[8..<12].reduce(0) { $0 << 8 | Int($1) } == bytes.count - 12)
        #expect(try ZlibStream.holds(Array(plain[6...]), in: Array(bytes[12...])))
    }

    @Test("JSON lines have the metadata too, since Logstash takes it from them as well")
    func lines() throws {
        let lot = lot([#"{"a":1}"#, #"{"b":2}"#])
        let bytes = try WindowEncoder(.lines, level: nil).encode(0..<2, of: lot)
        #expect(String(decoding: bytes, as: UTF8.self) == Self.front + "},\"a\":1}\n" + Self.front + "},\"b\":2}\n")
    }

    @Test("A lot knows which events are open, and how many make a window")
    func open() {
        let lot = lot((0..<6).map { #"{"a":\#($0)}"# })
        let size = lot.byteCount / 6
        #expect(lot.open == [0..<6])
        lot.finish(0..<2)
        lot.finish(3..<4)
        #expect(lot.open == [2..<3, 4..<6])
        #expect(lot.prefixCount(0..<6, bytes: 3 * size, events: 100) == 3)
        #expect(lot.prefixCount(2..<6, bytes: 3 * size - 1, events: 100) == 2)
        #expect(lot.prefixCount(2..<6, bytes: 100 * size, events: 3) == 3)
        #expect(lot.prefixCount(2..<6, bytes: 1, events: 3) == 1, "An event that is too large goes alone")
        #expect(lot.prefixCount(5..<6, bytes: 100 * size, events: 3) == 1)
    }
}

@Suite("Logstash sink: acknowledgements")
struct AckTests {
    private static let bytes: [UInt8] = [
        0x32, 0x41, 0, 0, 0, 0, 0x32, 0x41, 0, 0, 1, 2, 0x32, 0x41, 0xFF, 0xFF, 0xFF, 0xFF,
    ]

    @Test("They are read however the bytes are cut", arguments: 1...18)
    func pieces(length: Int) throws {
        var reader = AckReader()
        var sequences: [UInt32] = []
        for start in stride(from: 0, to: Self.bytes.count, by: length) {
            reader.append(Array(Self.bytes[start..<min(start + length, Self.bytes.count)]))
            while let sequence = try reader.next() { sequences.append(sequence) }
        }
        #expect(sequences == [0, 258, .max])
    }

    @Test("A million of them at a time are read one after the other")
    func many() throws {
        var reader = AckReader()
        reader.append(Array(repeating: [0x32, 0x41, 0, 0, 0, 1] as [UInt8], count: 1_000_000).flatMap(\.self))
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 1_000_000)
    }

    /// What a reader makes of bytes that come in pieces of this length: numbers, and at the end what it refuses.
    private func reading(_ bytes: [UInt8], pieces length: Int) -> [String] {
        var (reader, found) = (AckReader(), [String]())
        for start in stride(from: 0, to: bytes.count, by: length) {
            reader.append(Array(bytes[start..<min(start + length, bytes.count)]))
            do {
                while let sequence = try reader.next() { found.append("\(sequence)") }
            } catch {
                return found + ["refused"]
            }
        }
        return found
    }

    @Test("Noise is refused at the same place however it is cut", arguments: 0..<100 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<20 {
            bytes += [0x32, 0x41]
            bytes += (0..<4).map { _ in UInt8(random.number(in: 0...255)) }
            if random.number(in: 0...9) == 0 { bytes[random.number(in: 0...bytes.count - 1)] ^= 1 }
        }
        let whole = reading(bytes, pieces: bytes.count)
        for length in [1, 2, 5, 7, 64] { #expect(reading(bytes, pieces: length) == whole) }
    }

    @Test(
        "What is none is refused with its first bytes",
        arguments: [[0x31], [0x32, 0x57], [0x48, 0x54, 0x54, 0x50]] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        var reader = AckReader()
        reader.append(bytes)
        #expect(throws: AckReader.Malformed(bytes: Array(bytes.prefix(2)))) { try reader.next() }
    }

    @Test("Parts, keep-alives and what was said before")
    func windows() throws {
        var windows = WindowsInFlight()
        windows.append(10..<15, bytes: 100)
        windows.append(15..<18, bytes: 60)
        #expect(try windows.acknowledge(0) == 0..<0)
        #expect(try windows.acknowledge(2) == 10..<12)
        #expect(try windows.acknowledge(1).isEmpty)
        #expect(windows.open == [12..<15, 15..<18])
        #expect(windows.eventCount == 6)
        #expect(try windows.acknowledge(5) == 12..<15)
        #expect(windows.bytesAcknowledged == 100)
        #expect(throws: WindowsInFlight.Unasked(sequence: 4, count: 3)) { try windows.acknowledge(4) }
        #expect(try windows.acknowledge(3) == 15..<18)
        #expect(windows.count == 0 && windows.bytesAcknowledged == 160)
        #expect(try windows.acknowledge(0).isEmpty)
        #expect(throws: WindowsInFlight.Unasked(sequence: 1, count: nil)) { try windows.acknowledge(1) }
    }
}
