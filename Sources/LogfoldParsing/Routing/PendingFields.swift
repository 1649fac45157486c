/// The constants that are added to an event: gathered while it goes through the steps, written once.
///
/// An event that the encoder wrote has none of these members, so they are put in front of its last brace; the same set
/// of steps always adds the same bytes, which are kept.
struct PendingFields {
    private let fields: [AddedFields?]
    /// The bit of each step that adds; 0 for those beyond the last bit, whose bytes are made each time.
    private let bits: [UInt64]
    private var steps: [Int] = []
    private var mask: UInt64 = 0
    private var isKeepable = true
    /// How many bytes were written behind the event's own, before its brace.
    private var written = 0
    private var isWritten = true
    private var known: [UInt64: [UInt8]] = [:]

    /// More sets than these are not kept at once.
    private static let mostKnown = 256

    init(_ plan: RoutePlan) {
        fields = plan.transforms.map { transform in
            guard case .add(let fields, _) = transform.action else { return nil }
            return fields
        }
        var next: UInt64 = 1
        bits = fields.map { added in
            guard added != nil else { return 0 }
            defer { next <<= 1 }
            return next
        }
    }

    /// Begins with the next event.
    mutating func begin() {
        steps.removeAll(keepingCapacity: true)
        mask = 0
        isKeepable = true
        written = 0
        isWritten = true
    }

    /// Notes that a step adds its fields.
    mutating func add(_ step: Int) {
        steps.append(step)
        mask |= bits[step]
        if bits[step] == 0 { isKeepable = false }
        isWritten = false
    }

    /// Writes what was noted into the event at the end of `output`; says whether it changed.
    mutating func write(to output: inout ByteBuffer) -> Bool {
        guard !isWritten else { return false }
        remove(from: &output)
        let json = members()
        output.truncate(to: output.count - 2)
        json.withSpan { output.append($0, 0, json.count) }
        output.append("}\n")
        written = json.count
        isWritten = true
        return true
    }

    /// Takes out again what was written, so that what lies in front may change its length.
    mutating func takeBack(_ output: inout ByteBuffer) {
        guard written > 0 else { return }
        remove(from: &output)
        isWritten = false
    }

    private mutating func remove(from output: inout ByteBuffer) {
        guard written > 0 else { return }
        output.truncate(to: output.count - 2 - written)
        output.append("}\n")
        written = 0
    }

    private mutating func members() -> [UInt8] {
        if isKeepable, let json = known[mask] { return json }
        var merged = AddedMembers()
        for step in steps { if let added = fields[step] { merged.add(added) } }
        let json = merged.json
        guard isKeepable else { return json }
        if known.count >= Self.mostKnown { known.removeAll() }
        known[mask] = json
        return json
    }

    /// Puts a step's fields into an event that may have such members already.
    mutating func merge(_ step: Int, into output: inout ByteBuffer, from start: Int) {
        guard let added = fields[step] else { return }
        var members = AddedMembers()
        members.add(added)
        var merged = ByteBuffer(capacity: output.count - start + 256)
        Self.merge(members, output, start, to: &merged)
        output.truncate(to: start)
        merged.withSpan { output.append($0, 0, $0.byteCount) }
    }

    private static func merge(
        _ members: AddedMembers, _ output: borrowing ByteBuffer, _ start: Int, to merged: inout ByteBuffer
    ) {
        let line = ByteRange(start, output.count)
        output.withSpan { members.merge(into: $0, line, to: &merged) }
    }
}
