/// A value in a YAML document, with its place.
struct YAMLNode: Sendable {
    /// What it holds.
    indirect enum Content: Sendable {
        case scalar(YAMLScalar)
        case list([YAMLNode])
        case mapping([YAMLEntry])
    }

    /// What it holds.
    var content: Content
    /// Where it begins.
    var position: ConfigPosition

    /// What it is, for a message.
    var kindName: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "empty" : "a single value"
        case .list: "a list"
        case .mapping: "a section"
        }
    }

    /// Whether it is an empty value, as after `key:`.
    var isNull: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.isNull
    }

    /// Whether it says the same as another, wherever the two stand.
    func isSame(as other: YAMLNode) -> Bool {
        switch (content, other.content) {
        case (.scalar(let mine), .scalar(let theirs)):
            mine.isNull ? theirs.isNull : mine.text == theirs.text && mine.isPlain == theirs.isPlain
        case (.list(let mine), .list(let theirs)):
            mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isSame(as: $1) }
        case (.mapping(let mine), .mapping(let theirs)):
            mine.count == theirs.count
                && zip(mine, theirs).allSatisfy { $0.key == $1.key && $0.value.isSame(as: $1.value) }
        default: false
        }
    }
}

/// A key with its value.
struct YAMLEntry: Sendable {
    /// The key.
    var key: String
    /// Where the key begins.
    var position: ConfigPosition
    /// The value.
    var value: YAMLNode
}

/// A single value as it is written.
struct YAMLScalar: Sendable {
    /// The text without its quotes.
    var text: String
    /// Whether it stands without quotes: only then it can be a flag or a number.
    var isPlain: Bool
    /// Columns from the value's place to the first character of ``text``, if that stands there as it is: on one line
    /// and without escapes.
    var textColumn: Int?

    /// Whether it says that there is no value.
    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

    /// A value.
    init(text: String, isPlain: Bool, textColumn: Int? = nil) {
        self.text = text
        self.isPlain = isPlain
        self.textColumn = textColumn
    }
}
