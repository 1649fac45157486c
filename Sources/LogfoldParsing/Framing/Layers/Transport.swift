/// What a transport made of a physical line.
package enum UnwrapResult {
    /// A text of the program.
    case facts(LayerFacts)
    /// A part, held until the rest of its line has come; parts of one line have the key in common.
    case partial(key: UInt64)
    /// The line is not of this transport: it is to be taken as plain text.
    case notThisLayer
}

/// A piece of text as it came out of a transport, before parts are joined.
struct TransportPiece {
    var facts: LayerFacts
    /// The line goes on in the next piece with the same ``key``.
    var isPartial = false
    /// What parts of one line have in common.
    var key: UInt64 = 0
}

/// Takes the transport off the lines of one source and joins the lines that it had split.
///
/// Parts are joined for each stream by itself, as stdout and stderr (or the processes of a journal) take turns. What is
/// held is bounded: a line over the limit is delivered in pieces, flagged `truncated` and `continued`. A class, since
/// a copy with parts of its own would deliver them twice.
package final class Transport {
    private let kind: TransportKind
    private let lineLimit: Int
    private var chains: [PartChain] = []
    private var past = Past<[UInt64]>()

    /// So many lines may be incomplete at once; parts of further ones are delivered one by one. A container has two
    /// streams, and the journal splits only lines over 48 KiB.
    static let maximumChains = 64

    /// A transport of this kind, for one source. Texts that are joined stay below `lineLimit` bytes and one part.
    package init(_ kind: TransportKind, lineLimit: Int = 1 << 20) {
        self.kind = kind
        self.lineLimit = min(max(lineLimit, 1), 1 << 30)
    }

    /// Offset of the first physical byte that is held, or nil: reading must be resumed there.
    package var pendingOffset: Int? { chains.compactMap(\.offset).min() }

    /// How many physical bytes are held.
    var pendingBytes: Int { chains.reduce(0) { $0 + $1.length } }

    /// Takes one physical line without its newline, or an entry that ``JournalExportFramer`` has cut out.
    ///
    /// The text and its facts are appended to `arena`; `offset` and `length` are those of the physical line with its
    /// newline. Of a part that is held, and of a line that is not of this transport, nothing stays in the arena.
    package func unwrap(
        _ bytes: RawSpan, _ line: ByteRange, offset: Int, length: Int, into arena: inout ByteBuffer
    ) -> UnwrapResult {
        let mark = arena.count
        guard var piece = piece(bytes, line, into: &arena) else {
            arena.truncate(to: mark)
            return .notThisLayer
        }
        piece.facts.offset = offset
        piece.facts.length = length
        let result = join(piece, into: &arena)
        if case .partial = result { arena.truncate(to: mark) }
        return result
    }

    /// Takes the rest of a line or journal entry that was too long and had to be cut: text as it is, flagged
    /// `continued`.
    package func unwrapRest(
        _ bytes: RawSpan, _ range: ByteRange, offset: Int, length: Int, into arena: inout ByteBuffer
    ) -> LayerFacts {
        var facts = LayerFacts()
        facts.offset = offset
        facts.length = length
        facts.flags = .continued
        facts.isRecord = kind == .journalExport
        let start = arena.count
        arena.append(bytes, facts.isRecord ? JournalExport.withoutFinalNewlines(bytes, range) : range)
        facts.payload = ByteRange(start, arena.count)
        return facts
    }

    /// What the parts of lines have in common of which some were delivered before the others came.
    private var cutLines: [UInt64] { chains.compactMap { $0.offset == nil ? $0.key : nil } }

    /// The same before the line at `offset` in the source.
    func cutLines(at offset: Int) -> [UInt64] { past.value(at: offset) ?? cutLines }

    /// Forgets what was before lines that begin before `offset`.
    func forget(before offset: Int) { past.forget(before: offset) }

    /// Goes on as another reading left off.
    func resume(cutLines: [UInt64]) {
        chains = cutLines.map {
            let chain = PartChain(key: $0)
            chain.follow()
            return chain
        }
    }

    /// Delivers the lines whose last part has not come, flagged `truncated`, in the order of their first bytes: at the
    /// end of the input, or live when it has waited long enough. `offset` is how far the source was read.
    package func finish(at offset: Int = .max, into arena: inout ByteBuffer) -> [LayerFacts] {
        if !chains.isEmpty { past.note(cutLines, before: offset - 1) }
        let open = chains.filter { $0.offset != nil }.sorted { ($0.offset ?? 0) < ($1.offset ?? 0) }
        chains.removeAll()
        var delivered: [LayerFacts] = []
        for chain in open { delivered.append(chain.deliver(isWhole: false, into: &arena)) }
        return delivered
    }

    private func join(_ piece: TransportPiece, into arena: inout ByteBuffer) -> UnwrapResult {
        let index = chains.firstIndex { $0.key == piece.key }
        if index != nil || piece.isPartial { past.note(cutLines, before: piece.facts.offset) }
        guard piece.isPartial else {
            guard let index else { return .facts(piece.facts) }
            let chain = chains.remove(at: index)
            chain.add(piece.facts, from: arena)
            return .facts(chain.deliver(isWhole: true, into: &arena))
        }
        if index == nil {
            guard chains.count < Self.maximumChains else { return .facts(piece.facts) }
            chains.append(PartChain(key: piece.key))
        }
        let chain = chains[index ?? chains.count - 1]
        chain.add(piece.facts, from: arena)
        let held = chains.reduce(0) { $0 + $1.held }
        guard chain.held >= lineLimit || held >= lineLimit * 2 else { return .partial(key: piece.key) }
        return .facts(chain.deliver(isWhole: false, into: &arena))
    }

    private func piece(_ bytes: RawSpan, _ line: ByteRange, into arena: inout ByteBuffer) -> TransportPiece? {
        switch kind {
        case .none: nil
        case .cri: cri(bytes, line, into: &arena)
        case .dockerJSON: docker(bytes, line, into: &arena)
        case .journalJSON: JournalJSON.piece(bytes, line, into: &arena)
        case .journalExport: JournalExport.piece(bytes, line, into: &arena)
        }
    }

    private func cri(_ bytes: RawSpan, _ line: ByteRange, into arena: inout ByteBuffer) -> TransportPiece? {
        guard let parts = CRILine(bytes, line) else { return nil }
        var facts = LayerFacts()
        facts.time = parts.time
        let start = arena.count
        arena.append(bytes, parts.text)
        facts.payload = ByteRange(start, arena.count)
        return container(facts, bytes, parts.stream, isPartial: parts.isPartial)
    }

    private func docker(_ bytes: RawSpan, _ line: ByteRange, into arena: inout ByteBuffer) -> TransportPiece? {
        guard let parts = DockerLine(bytes, line) else { return nil }
        var facts = LayerFacts()
        facts.time = parts.time
        let start = arena.count
        if arena.append(jsonDecoded: bytes, parts.log) { facts.flags.insert(.invalidUTF8) }
        let isWhole = arena.count > start && arena[arena.count - 1] == 0x0A
        if isWhole { arena.truncate(to: arena.count - 1) }
        facts.payload = ByteRange(start, arena.count)
        return container(facts, bytes, parts.stream, isPartial: !isWhole)
    }

    private func container(
        _ facts: LayerFacts, _ bytes: RawSpan, _ stream: ByteRange, isPartial: Bool
    ) -> TransportPiece {
        var hash = StreamHash()
        hash.combine(bytes, stream)
        var piece = TransportPiece(facts: facts, isPartial: isPartial, key: hash.value)
        piece.facts.stream = hash.value
        return piece
    }
}
