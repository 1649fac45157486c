/// Earlier values of something that lines change: what it was before a line can be asked for, as long as a reading may
/// be taken up at that line.
struct Past<Value> {
    private var entries: [(offset: Int, value: Value)] = []

    /// The line at `offset` in the source is about to change the value, which is `value` so far.
    mutating func note(_ value: Value, before offset: Int) {
        entries.append((offset, value))
    }

    /// The value before the line at `offset`, among those that `matches` means; nil if no line from there on has
    /// changed it.
    func value(at offset: Int, where matches: (Value) -> Bool = { _ in true }) -> Value? {
        entries.first { $0.offset >= offset && matches($0.value) }?.value
    }

    /// Whether nothing is remembered.
    var isEmpty: Bool { entries.isEmpty }

    /// Forgets what was before lines that begin before `offset`.
    mutating func forget(before offset: Int) {
        if !entries.isEmpty { entries.removeAll { $0.offset < offset } }
    }
}
