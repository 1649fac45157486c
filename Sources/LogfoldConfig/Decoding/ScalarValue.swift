/// A single value of a key with its references replaced, on its way to a typed one.
struct ScalarValue {
    /// The text.
    let text: String
    /// Whether it may be a flag or a number: written without quotes, or put in by a reference.
    let isPlain: Bool
    /// Where it stands.
    let position: ConfigPosition
    private let written: YAMLScalar
    private let key: String

    /// The value of a scalar; throws what its references come to.
    init(_ scalar: YAMLScalar, at position: ConfigPosition, key: String, in environment: ConfigEnvironment)
        throws(ReferenceError)
    {
        let reference = try ReferenceText(scalar.text)
        text = try reference.resolved(in: environment, isSecret: false)
        isPlain = scalar.isPlain || reference.hasReferences
        self.position = position
        self.written = scalar
        self.key = key
    }

    /// How a message calls it.
    var shown: String { Self.shown(written, key: key) }

    /// How a message calls a value: itself in quotes, or what it comes from where it may be a secret.
    static func shown(_ scalar: YAMLScalar, key: String) -> String {
        if Shown.isSecret(key: key) { return "this value" }
        guard let reference = try? ReferenceText(scalar.text), reference.hasReferences else {
            return Shown.quoted(scalar.text)
        }
        return "the value of \(reference.references)"
    }

    /// The place of a character in a node's text, or the node's where the text is not written as it is.
    static func position(of node: YAMLNode, offset: Int) -> ConfigPosition {
        guard case .scalar(let scalar) = node.content, let column = scalar.textColumn else { return node.position }
        return node.position.advanced(by: column + min(max(offset, 0), scalar.text.unicodeScalars.count))
    }
}
