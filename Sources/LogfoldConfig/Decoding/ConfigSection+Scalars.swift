/// A single value whose type is its writer's choice.
package struct ConfigScalar: Sendable, Equatable {
    /// The text without quotes, references replaced.
    package let text: String
    /// Whether it stands without quotes, so that it may be a flag or a number.
    package let isPlain: Bool
}

extension ConfigSection {
    /// Names and values of a section whose keys are the user's own, such as labels, in their order.
    package func scalars(_ key: String) -> [(name: String, value: ConfigScalar)] {
        guard let section = section(key) else { return [] }
        section.takeAll()
        return section.entries.compactMap { entry in
            section.scalar(entry.value, key: entry.key, .text).map { scalar in
                (name: entry.key, value: ConfigScalar(text: scalar.text, isPlain: scalar.isPlain))
            }
        }
    }
}

extension ConfigSection {
    /// The text of a single value as it is written, `${…}` and all: for files of other programs, which know no
    /// references. Nil where the key is absent, empty, a list or a section.
    package func literal(_ key: String) -> String? {
        asked.ask(key)
        guard case .scalar(let scalar)? = entry(key)?.value.content, !scalar.isNull else { return nil }
        return scalar.text
    }
}
