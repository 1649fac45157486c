extension ConfigSection {
    /// The texts of a list, or one text alone; empty where the key is absent. An element that is none is a problem.
    package func texts(_ key: String) -> [String] {
        asked.ask(key)
        guard let node = entry(key)?.value else { return [] }
        guard case .list(let elements) = node.content else {
            return scalar(node, key: key, .text).map { [$0.text] } ?? []
        }
        return elements.compactMap { scalar($0, key: key, .text)?.text }
    }

    /// Names and texts of a section whose keys are the user's own, such as labels, in their order.
    package func pairs(_ key: String) -> [(name: String, value: String)] {
        guard let section = section(key) else { return [] }
        section.takeAll()
        return section.entries.compactMap { entry in
            section.scalar(entry.value, key: entry.key, .text).map { (name: entry.key, value: $0.text) }
        }
    }

    /// The section below a key; nil where the key is absent. A key without a value is a section without keys.
    package func section(_ key: String) -> ConfigSection? {
        asked.ask(key)
        guard let entry = entry(key), let entries = mapping(entry.value, key) else { return nil }
        return nested(key, entry.position, entries)
    }

    /// The sections below a key by their names, in the order of the file: `inputs:`, `sinks:`.
    package func sections(_ key: String) -> [ConfigSection] {
        guard let parent = section(key) else { return [] }
        return parent.entries.compactMap { parent.section($0.key) }
    }

    /// The sections of a list; empty where the key is absent.
    package func sectionList(_ key: String) -> [ConfigSection] {
        asked.ask(key)
        guard let node = entry(key)?.value, !node.isNull else { return [] }
        guard case .list(let elements) = node.content else {
            noteKind(of: node, key: key, wanted: "a list of sections, each after '- '")
            return []
        }
        return elements.enumerated().compactMap { number, element in
            mapping(element, key).map { nested(key, element: number, element.position, $0) }
        }
    }

    /// A secret; nil where the key is absent or its value cannot be had, which is a problem.
    ///
    /// The value is a text with references, or `file:/path` for a file's content without one newline at its end.
    package func secret(_ key: String) -> Secret? {
        asked.ask(key, isSecret: true)
        guard let node = entry(key)?.value else { return nil }
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            noteKind(of: node, key: key, wanted: ValueKind.secret.wanted)
            return nil
        }
        guard !noteNUL(scalar, key: key, at: node.position) else { return nil }
        do throws(ReferenceError) {
            let secret = try Secret(try secretSource(scalar.text), in: context.environment)
            asked.secrets[key] = secret
            return secret
        } catch {
            note(error, node)
            return nil
        }
    }

    /// Where a secret comes from. A path may have references, but not to credentials: those are files themselves.
    private func secretSource(_ text: String) throws(ReferenceError) -> ReferenceText {
        let prefix = "file:/"
        guard text.hasPrefix(prefix) else { return try ReferenceText(text) }
        let path = try ReferenceText(String(text.dropFirst(prefix.count - 1)))
        return ReferenceText(file: try path.resolved(in: context.environment, isSecret: false))
    }

    private func mapping(_ node: YAMLNode, _ key: String) -> [YAMLEntry]? {
        if case .mapping(let entries) = node.content { return entries }
        if node.isNull { return [] }
        noteKind(of: node, key: key, wanted: "a section: 'key: value' on lines of their own, indented")
        return nil
    }

    private func nested(
        _ key: String, element: Int? = nil, _ position: ConfigPosition, _ entries: [YAMLEntry]
    ) -> ConfigSection {
        asked.nest(key, element: element) { keys in
            let below = Shown.unquoted(key) + (element.map { "[\($0)]" } ?? "")
            return ConfigSection(
                name: key, path: path.isEmpty ? below : "\(path).\(below)", position: position, entries: entries,
                asked: keys, context: context)
        }
    }
}
