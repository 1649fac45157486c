internal import LogfoldCore

/// A section of a configuration while it is read: a YAML mapping, and what was asked of it.
///
/// Whoever has options asks for each by its key and gets a value that holds to the range it names. What is wrong is
/// noted with its place and never thrown, so that all problems come at once; the answer is then the default. At the end
/// ``finish()`` notes every key that nobody has asked for.
///
/// Copies share what was noted and asked. One thread at a time.
package struct ConfigSection {
    /// Its key in the section above; empty for the whole file.
    package let name: String
    /// Its keys from the top, for messages: `sinks.elastic`.
    package let path: String
    /// Where its key stands.
    package let position: ConfigPosition

    let entries: [YAMLEntry]
    let asked: AskedKeys
    let context: ConfigContext
    private let places: [String: Int]

    init(
        name: String, path: String, position: ConfigPosition, entries: [YAMLEntry], asked: AskedKeys,
        context: ConfigContext
    ) {
        self.name = name
        self.path = path
        self.position = position
        self.entries = entries
        self.asked = asked
        self.context = context
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.key, $0) })
    }

    /// What the configuration sees of the world around it.
    package var environment: ConfigEnvironment { context.environment }

    /// The keys that are written here, in their order. To look is not to ask: they are still unknown keys.
    package var keys: [String] { entries.map(\.key) }

    /// Whether the key is written here, be it without a value. It counts as asked for.
    package func has(_ key: String) -> Bool {
        asked.ask(key)
        return entry(key) != nil
    }

    /// Whether the key's value is itself a section: for options that are a word or a section. It does not ask.
    package func isSection(_ key: String) -> Bool {
        guard case .mapping? = entry(key)?.value.content else { return false }
        return true
    }

    /// Where the value of a key stands; where it is absent, the section.
    package func position(of key: String) -> ConfigPosition { entry(key)?.value.position ?? position }

    /// Notes a problem at the value of a key, or at the section where there is no key or no value.
    ///
    /// `text` is the problem and, after a semicolon, the way out. It must not repeat a value: that may be a secret.
    /// ``shown(_:)`` is there for that.
    package func problem(_ text: String, at key: String? = nil) {
        context.problems.note(text, at: key.map { position(of: $0) } ?? position)
    }

    /// Notes a problem inside a key's value, some Unicode scalars behind its beginning, such as in a condition.
    ///
    /// The place is exact where the value stands on one line as it is; else it is the beginning of the value.
    package func problem(_ text: String, at key: String, offset: Int) {
        guard let node = entry(key)?.value else { return problem(text, at: key) }
        context.problems.note(text, at: ScalarValue.position(of: node, offset: offset))
    }

    /// Notes a problem at one element of a key's list.
    package func problem(_ text: String, at key: String, element: Int) {
        guard case .list(let elements)? = entry(key)?.value.content, elements.indices.contains(element) else {
            return problem(text, at: key)
        }
        context.problems.note(text, at: elements[element].position)
    }

    /// The value of a key in quotes for a message: cut where it is long; only named where it may be a secret.
    package func shown(_ key: String) -> String {
        guard let node = entry(key)?.value else { return "nothing" }
        guard case .scalar(let scalar) = node.content else { return node.kindName }
        return ScalarValue.shown(scalar, key: key)
    }

    /// Says that any key is right here, because what would ask for them is not known, such as a sink of unknown type.
    package func takeAll() { asked.takesAll = true }

    /// Notes a problem for every key that nobody has asked for, here and in the sections that were asked for.
    ///
    /// To be called when all has been asked. A second call notes nothing again.
    package func finish() {
        for section in asked.nestedSections { section.finish() }
        guard !asked.takesAll else { return }
        let known = asked.keys.map(\.name)
        let free = known.filter { entry($0) == nil }
        for entry in entries where asked[entry.key] == nil {
            // A text that nobody will see is not made.
            let text = context.problems.isFull ? "" : unknown(entry.key, known, free)
            context.problems.note(text, at: entry.position)
        }
    }

    private func unknown(_ key: String, _ known: [String], _ free: [String]) -> String {
        let place = path.isEmpty ? "" : " in \(path)"
        let problem = "unknown key \(Shown.quoted(key))\(place)"
        if let meant = Spelling.nearest(to: key.lowercased(), among: free) {
            return "\(problem); did you mean '\(meant)'?"
        }
        return known.isEmpty
            ? "\(problem); remove it, nothing is set here" : "\(problem); keys are \(known.joined(separator: ", "))"
    }

    /// Whether another section says the same, wherever the two stand. References are compared as written, and the secrets
    /// that were asked for by the values that they have now.
    package func isSame(as other: ConfigSection) -> Bool {
        YAMLNode(content: .mapping(entries), position: position)
            .isSame(as: YAMLNode(content: .mapping(other.entries), position: position))
            && asked.allSecrets.mapValues { $0.reveal() } == other.asked.allSecrets.mapValues { $0.reveal() }
    }

    func entry(_ key: String) -> YAMLEntry? { places[key].map { entries[$0] } }
}

extension ConfigSection: CustomStringConvertible, CustomReflectable {
    /// Where it is, never what it says: that may be a secret.
    package var description: String { path.isEmpty ? "the configuration" : path }
    /// Nothing: what looks into values finds none here.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What all sections of a configuration share.
struct ConfigContext {
    let problems: ConfigProblems
    let environment: ConfigEnvironment
}
