import Foundation
import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport

/// What layers said about a text, as strings to compare with.
struct Unlayered: Equatable {
    var text: String
    var stream: UInt64
    var isRecord: Bool
    var time: LogTime
    var level: Severity
    var host: String
    var service: String
    var pid: String
    var fields: [LayerField: String]
    var flags: EventFlags
    var offset: Int
    var length: Int

    init(_ facts: LayerFacts, in arena: borrowing ByteBuffer) {
        func string(_ range: ByteRange) -> String { arena.withSpan { $0.string(range) } }
        text = string(facts.payload)
        stream = facts.stream
        isRecord = facts.isRecord
        time = facts.time
        level = facts.level
        host = string(facts.host)
        service = string(facts.service)
        pid = string(facts.pid)
        fields = Dictionary(uniqueKeysWithValues: facts.fields.map { ($0.field, string($0.value)) })
        flags = facts.flags
        offset = facts.offset
        length = facts.length
    }
}

/// The facts of a line's header, or nil; the arena is not empty before, as in life.
func header(_ line: String, _ kind: HeaderKind) -> Unlayered? { header([UInt8](line.utf8), kind) }

/// The same for bytes.
func header(_ line: [UInt8], _ kind: HeaderKind) -> Unlayered? {
    var arena = ByteBuffer()
    arena.append("before")
    var facts = LayerFacts()
    let taken = line.withSpan { bytes in
        HeaderLayer.parse(bytes, ByteRange(0, bytes.byteCount), kind: kind, into: &arena, facts: &facts)
    }
    return taken ? Unlayered(facts, in: arena) : nil
}

/// All that a transport makes of `input`; lines that are not of it are there with their lengths only.
func unwrap(_ input: [UInt8], _ kind: TransportKind, lineLimit: Int = 1 << 20) -> [Unlayered] {
    var texts: [Unlayered] = []
    var arena = ByteBuffer()
    let transport = Transport(kind, lineLimit: lineLimit)
    input.withSpan { bytes in
        var at = 0
        while at < bytes.byteCount {
            let end = bytes.index(of: 0x0A, from: at, to: bytes.byteCount)
            let next = min(end + 1, bytes.byteCount)
            let line = ByteRange(at, end)
            switch transport.unwrap(bytes, line, offset: at, length: next - at, into: &arena) {
            case .facts(let facts): texts.append(Unlayered(facts, in: arena))
            case .partial: break
            case .notThisLayer:
                var facts = LayerFacts()
                (facts.offset, facts.length) = (at, next - at)
                texts.append(Unlayered(facts, in: arena))
            }
            at = next
        }
    }
    for facts in transport.finish(into: &arena) { texts.append(Unlayered(facts, in: arena)) }
    return texts
}

func unwrap(_ input: String, _ kind: TransportKind, lineLimit: Int = 1 << 20) -> [Unlayered] {
    unwrap([UInt8](input.utf8), kind, lineLimit: lineLimit)
}

/// All entries of a journal export that arrives in chunks of these sizes, repeated.
func unwrapExport(_ input: [UInt8], chunks: [Int], limit: Int = 4 << 20) -> [Unlayered] {
    var texts: [Unlayered] = []
    var arena = ByteBuffer()
    var window = ByteBuffer()
    var framer = JournalExportFramer(limit: limit)
    let transport = Transport(.journalExport)
    var (fed, offset, turn) = (0, 0, 0)
    while true {
        let isLast = fed == input.count
        while !isLast || window.count > 0 {
            let extent: JournalExportFramer.Extent? = window.withSpan { bytes in
                framer.next(bytes, from: 0, to: bytes.byteCount)
                    ?? (isLast ? framer.finish(from: 0, to: bytes.byteCount) : nil)
            }
            guard let extent else { break }
            texts.append(take(extent, window, offset, transport, &arena))
            window.removeFirst(extent.end)
            offset += extent.end
        }
        if isLast { break }
        let size = min(chunks[turn % chunks.count], input.count - fed)
        input.withSpan { window.append($0, fed, fed + size) }
        fed += size
        turn += 1
    }
    for facts in transport.finish(into: &arena) { texts.append(Unlayered(facts, in: arena)) }
    return texts
}

private func take(
    _ extent: JournalExportFramer.Extent, _ window: borrowing ByteBuffer, _ offset: Int, _ transport: Transport,
    _ arena: inout ByteBuffer
) -> Unlayered {
    let range = ByteRange(0, extent.end)
    var facts = window.withSpan { bytes -> LayerFacts in
        if extent.isRest { return transport.unwrapRest(bytes, range, offset: offset, length: extent.end, into: &arena) }
        let result = transport.unwrap(bytes, range, offset: offset, length: extent.end, into: &arena)
        guard case .facts(let facts) = result else { return LayerFacts() }
        return facts
    }
    if extent.isCut { facts.flags.insert(.truncated) }
    return Unlayered(facts, in: arena)
}

/// Nanoseconds since 1970 of an RFC 3339 time, by Foundation.
func nanoseconds(_ text: String, plus fraction: Int64 = 0) -> Int64 {
    let date = ISO8601DateFormatter().date(from: text) ?? .distantPast
    return Int64(date.timeIntervalSince1970) * 1_000_000_000 + fraction
}

/// The lines of a recording.
func lines(of fixture: String) throws -> [[UInt8]] {
    try Fixtures.bytes(fixture).split(separator: 0x0A).map(Array.init)
}

/// The texts that were handed to syslog or the journal, in order.
func rawTexts(of fixture: String) throws -> [String] {
    try lines(of: fixture).map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return object?["raw"] as? String ?? ""
    }
}
