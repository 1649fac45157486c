internal import LogfoldCore

extension ConfigSection {
    /// A text; nil where the key is absent or its value is none.
    package func text(_ key: String) -> String? { value(key, .text, fallback: nil) { $0.text } }

    /// A text, or the default.
    package func text(_ key: String, default fallback: String) -> String {
        value(key, .text, fallback: fallback) { $0.text } ?? fallback
    }

    /// A text that must be there and not be empty.
    package func requiredText(_ key: String) -> String? {
        guard has(key) else {
            problem(
                "\(Shown.quoted(key)) is missing\(path.isEmpty ? "" : " in \(path)"); write '\(Shown.unquoted(key)): …'"
            )
            return nil
        }
        guard let text = text(key) else { return nil }
        if text.isEmpty { problem("\(Shown.quoted(key)) is empty; give it a value", at: key) }
        return text.isEmpty ? nil : text
    }

    /// `true` or `false`, in YAML 1.1's other spellings too: yes, no, on, off; not in quotes.
    package func flag(_ key: String, default fallback: Bool) -> Bool {
        value(key, .flag, fallback: "\(fallback)", Self.flag) ?? fallback
    }

    /// `true` or `false`; nil where the key is absent or its value is none.
    package func optionalFlag(_ key: String) -> Bool? { value(key, .flag, fallback: nil, Self.flag) }

    /// A whole number of this range; not in quotes.
    package func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        ranged(key, .integer, range, fallback, Self.integer) { "\($0)" } ?? fallback
    }

    /// A whole number of this range; nil where the key is absent or its value is none.
    package func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        ranged(key, .integer, range, nil, Self.integer) { "\($0)" }
    }

    /// A number of bytes of this range: `4096`, `64KiB`, `10MB`.
    package func size(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        ranged(key, .size, range, fallback, { Units.bytes($0.text) }, Units.text(bytes:)) ?? fallback
    }

    /// A number of bytes of this range; nil where the key is absent or its value is none.
    package func optionalSize(_ key: String, in range: ClosedRange<Int>) -> Int? {
        ranged(key, .size, range, nil, { Units.bytes($0.text) }, Units.text(bytes:))
    }

    /// A duration of this range: `30ms`, `2s`, `5m`, `24h`.
    package func duration(_ key: String, in range: ClosedRange<Duration>, default fallback: Duration) -> Duration {
        ranged(key, .duration, range, fallback, { Units.duration($0.text) }, Units.text(duration:)) ?? fallback
    }

    /// A duration of this range; nil where the key is absent or its value is none.
    package func optionalDuration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        ranged(key, .duration, range, nil, { Units.duration($0.text) }, Units.text(duration:))
    }

    /// One of a type's words, or the default.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        choice(key, fallback: fallback) ?? fallback
    }

    /// One of a type's words; nil where the key is absent or its value is none.
    package func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        choice(key, fallback: nil)
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, fallback: Choice?) -> Choice?
    where Choice.RawValue == String {
        value(key, .choice(Choice.allCases.map(\.rawValue)), fallback: fallback?.rawValue) { Choice(rawValue: $0.text) }
    }

    private static func flag(_ value: ScalarValue) -> Bool? {
        guard value.isPlain else { return nil }
        return switch value.text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    private static func integer(_ value: ScalarValue) -> Int? { value.isPlain ? Int(value.text) : nil }
}

extension ConfigSection {
    private func ranged<Value: Comparable>(
        _ key: String, _ kind: ValueKind, _ range: ClosedRange<Value>, _ fallback: Value?,
        _ convert: (ScalarValue) -> Value?, _ print: (Value) -> String
    ) -> Value? {
        guard let value = value(key, kind, fallback: fallback.map(print), convert) else { return nil }
        if range.contains(value) { return value }
        problem("\(shown(key)) is out of range for \(Shown.quoted(key)); give \(kind.range(range, print))", at: key)
        return nil
    }

    /// The value of a key, if it is there and `convert` makes something of it. What it makes nothing of is a problem.
    private func value<Value>(
        _ key: String, _ kind: ValueKind, fallback: String?, _ convert: (ScalarValue) -> Value?
    ) -> Value? {
        asked.ask(key, fallback: fallback)
        guard let node = entry(key)?.value, let scalar = scalar(node, key: key, kind) else { return nil }
        if let value = convert(scalar) { return value }
        context.problems.note(kind.objection(to: scalar, key: key), at: scalar.position)
        return nil
    }

    /// A node as a single value; notes where it is none or where its references come to nothing.
    func scalar(_ node: YAMLNode, key: String, _ kind: ValueKind) -> ScalarValue? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            noteKind(of: node, key: key, wanted: kind.wanted)
            return nil
        }
        guard !noteNUL(scalar, key: key, at: node.position) else { return nil }
        do throws(ReferenceError) {
            return try ScalarValue(scalar, at: node.position, key: key, in: context.environment)
        } catch {
            note(error, node)
            return nil
        }
    }

    /// Notes that a value is empty, a list or a section where it must not.
    func noteKind(of node: YAMLNode, key: String, wanted: String) {
        let problem = node.isNull ? "has no value" : "is \(node.kindName)"
        let wayOut = node.isNull ? "give \(wanted), or remove the key" : "give \(wanted)"
        context.problems.note("\(Shown.quoted(key)) \(problem); \(wayOut)", at: node.position)
    }

    /// Notes what became of a reference, at its own place where that is known.
    func note(_ error: ReferenceError, _ node: YAMLNode) {
        let place = if case .malformed(let offset) = error { offset } else { -1 }
        let position = place < 0 ? node.position : ScalarValue.position(of: node, offset: place)
        context.problems.note(error.text, at: position)
    }

    /// Notes a NUL character: paths and names would end there unseen.
    func noteNUL(_ scalar: YAMLScalar, key: String, at position: ConfigPosition) -> Bool {
        guard scalar.text.unicodeScalars.contains("\0") else { return false }
        context.problems.note("\(Shown.quoted(key)) has a NUL character in it; remove it", at: position)
        return true
    }
}
