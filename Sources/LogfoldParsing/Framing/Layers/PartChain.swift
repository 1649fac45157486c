/// The parts of a line that its transport has split, until the last one comes.
///
/// It keeps the facts of the first part, with copies of the names that lie in the engine's arena, which may be recycled
/// before the line is whole.
final class PartChain {
    /// What tells this chain from others of its source.
    let key: UInt64
    private var facts = LayerFacts()
    private var names = ByteBuffer()
    private var text = ByteBuffer()
    private var follows: EventFlags = []

    /// An empty chain.
    init(key: UInt64) { self.key = key }

    /// How many bytes of text are held.
    var held: Int { text.count }

    /// How many physical bytes are held.
    var length: Int { facts.length }

    /// Offset of the first physical byte held, or nil when nothing is.
    var offset: Int? { facts.length > 0 ? facts.offset : nil }

    /// Makes this a chain of which a part has been delivered: the next one continues it.
    func follow() { follows = .continued }

    /// Adds a part whose text and names lie in `arena`.
    func add(_ part: LayerFacts, from arena: borrowing ByteBuffer) {
        arena.withSpan { bytes in
            if facts.length == 0 { begin(part, bytes) }
            text.append(bytes, part.payload)
        }
        facts.length += part.length
        facts.flags.formUnion(part.flags)
    }

    private func begin(_ part: LayerFacts, _ bytes: RawSpan) {
        facts = part
        facts.length = 0
        facts.flags = follows
        names.removeAll()
        func keep(_ range: ByteRange) -> ByteRange {
            let start = names.count
            names.append(bytes, range)
            return ByteRange(start, names.count)
        }
        facts.host = keep(part.host)
        facts.service = keep(part.service)
        facts.pid = keep(part.pid)
        facts.fields = part.fields.map { ($0.field, keep($0.value)) }
    }

    /// Puts what is held into `arena` as one text and forgets it. `isWhole` says that the last part is among it; else
    /// the text is cut here, and what is added later continues it.
    func deliver(isWhole: Bool, into arena: inout ByteBuffer) -> LayerFacts {
        var whole = facts
        let base = arena.count
        names.withSpan { arena.append($0, 0, $0.byteCount) }
        let start = arena.count
        text.withSpan { arena.append($0, 0, $0.byteCount) }
        func moved(_ range: ByteRange) -> ByteRange {
            range.isEmpty ? .none : ByteRange(range.start + base, range.end + base)
        }
        whole.host = moved(facts.host)
        whole.service = moved(facts.service)
        whole.pid = moved(facts.pid)
        whole.fields = facts.fields.map { ($0.field, moved($0.value)) }
        whole.payload = ByteRange(start, arena.count)
        if !isWhole { whole.flags.insert(.truncated) }
        follows = isWhole ? [] : .continued
        facts = LayerFacts()
        text.removeAll()
        return whole
    }
}
