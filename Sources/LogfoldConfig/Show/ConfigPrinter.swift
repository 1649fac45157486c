/// Prints a configuration as YAML with all that may be secret masked, and with the defaults of what was asked for.
///
/// Masked are values that were asked for as secrets, values of keys with a secret's name, all below such a key, and
/// whatever came by a reference; a comment then says where it comes from.
struct ConfigPrinter {
    private(set) var text = ""

    /// Prints a section's keys as they are written, then the defaults of the absent ones.
    mutating func print(_ entries: [YAMLEntry], _ asked: AskedKeys?, indent: Int = 0, isSecret: Bool = false) {
        for entry in entries {
            text += "\(spaces(indent))\(Self.plainOrQuoted(entry.key, wasPlain: true)):"
            let isSecret = isSecret || Shown.isSecret(key: entry.key) || asked?[entry.key]?.isSecret == true
            print(entry.value, key: entry.key, asked, indent: indent, isSecret: isSecret)
        }
        let written = Set(entries.map(\.key))
        for key in asked?.keys ?? [] where !written.contains(key.name) {
            guard let fallback = key.fallback else { continue }
            let shown = Shown.isSecret(key: key.name) ? Self.quotedMask : Self.plainOrQuoted(fallback, wasPlain: true)
            text += "\(spaces(indent))\(key.name): \(shown) # default\n"
        }
    }

    /// Prints what follows a key and its colon.
    private mutating func print(_ node: YAMLNode, key: String, _ asked: AskedKeys?, indent: Int, isSecret: Bool) {
        switch node.content {
        case .scalar(let scalar):
            text += scalar.isNull ? "\n" : " \(Self.shown(scalar, isSecret: isSecret))\n"
            if scalar.isNull, let below = asked?.below(key) { print([], below, indent: indent + 2, isSecret: isSecret) }
        case .mapping(let entries):
            text += entries.isEmpty ? " {}\n" : "\n"
            let below = entries.isEmpty ? nil : asked?.below(key)
            print(entries, below, indent: indent + 2, isSecret: isSecret)
        case .list(let elements):
            text += elements.isEmpty ? " []\n" : "\n"
            for (number, element) in elements.enumerated() {
                text += "\(spaces(indent + 2))-"
                printElement(element, asked?.below(key, element: number), indent: indent + 2, isSecret: isSecret)
            }
        }
    }

    /// Prints what follows the dash of an element.
    private mutating func printElement(_ node: YAMLNode, _ asked: AskedKeys?, indent: Int, isSecret: Bool) {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            return print(node, key: "", nil, indent: indent, isSecret: isSecret)
        }
        text += "\n"
        print(entries, asked, indent: indent + 2, isSecret: isSecret)
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    private static let quotedMask = "\"\(Shown.mask)\""

    private static func shown(_ scalar: YAMLScalar, isSecret: Bool) -> String {
        let reference = try? ReferenceText(scalar.text)
        // What cannot be read as references may be anything.
        guard let reference, !reference.hasReferences else {
            return reference.map { "\(quotedMask) # \($0.references)" } ?? quotedMask
        }
        guard isSecret else { return plainOrQuoted(Shown.masked(scalar.text), wasPlain: scalar.isPlain) }
        return scalar.text.hasPrefix("file:/") ? "\(quotedMask) # \(Shown.quoted(scalar.text))" : quotedMask
    }

    /// A text as YAML: as it is where nothing in it could be taken for something else, else in double quotes.
    private static func plainOrQuoted(_ text: String, wasPlain: Bool) -> String {
        let harmless = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_./-+@".unicodeScalars.contains($0)
        }
        let first = text.utf8.first ?? 0
        if wasPlain, harmless, !"-+@".utf8.contains(first), !text.isEmpty, !YAMLScalar(text: text, isPlain: true).isNull
        {
            return text
        }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        guard !Shown.isVisible(scalar) else { return String(scalar) }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension Configuration {
    /// The configuration in effect, as far as it was asked for, with secrets and references masked.
    ///
    /// YAML, except that what is masked is not there.
    package func show() -> String {
        var printer = ConfigPrinter()
        printer.print(root.entries, root.asked)
        return printer.text
    }
}
