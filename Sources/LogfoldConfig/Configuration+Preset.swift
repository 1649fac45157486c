extension Configuration {
    /// This configuration with a preset under it: what it does not say, the preset does.
    ///
    /// Sections are joined key by key, at every depth; any other value replaces the preset's whole. The preset's keys
    /// come first, in its order. `file` names the preset in problems. What was asked before is forgotten, and what was
    /// noted stays.
    package func over(preset: [UInt8], file: String) -> Configuration {
        Configuration(self, entries: Self.join(root.entries, preset: readPreset(preset, file)))
    }

    private static func join(_ own: [YAMLEntry], preset: [YAMLEntry]) -> [YAMLEntry] {
        var own = own
        var joined: [YAMLEntry] = []
        for entry in preset {
            guard let place = own.firstIndex(where: { $0.key == entry.key }) else {
                joined.append(entry)
                continue
            }
            let mine = own.remove(at: place)
            joined.append(
                YAMLEntry(key: mine.key, position: mine.position, value: join(mine.value, preset: entry.value)))
        }
        return joined + own
    }

    private static func join(_ own: YAMLNode, preset: YAMLNode) -> YAMLNode {
        guard case .mapping(let base) = preset.content else { return own }
        guard !own.isNull else { return YAMLNode(content: preset.content, position: own.position) }
        guard case .mapping(let entries) = own.content else { return own }
        return YAMLNode(content: .mapping(join(entries, preset: base)), position: own.position)
    }
}
