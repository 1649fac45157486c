/// Which keys of a section somebody has asked for: all others are mistakes. It also knows what holds where a key is
/// absent, so that the configuration in effect can be shown.
///
/// One for each section of the file, shared by all copies of its ``ConfigSection``.
final class AskedKeys {
    /// A key that was asked for.
    struct Key {
        /// Its name.
        let name: String
        /// What holds where it is absent, as it would be written; nil where nothing does.
        var fallback: String?
        /// Whether its value is a secret whatever it is called.
        var isSecret: Bool
    }

    /// In the order in which they were asked for.
    private(set) var keys: [Key] = []
    /// Whether any key is right here.
    var takesAll = false
    private var places: [String: Int] = [:]
    private var nested: [String: AskedKeys] = [:]
    private(set) var nestedSections: [ConfigSection] = []
    /// The secrets that were asked for, by their keys.
    var secrets: [String: Secret] = [:]

    /// Notes that a key was asked for.
    func ask(_ key: String, fallback: String? = nil, isSecret: Bool = false) {
        guard let place = places[key] else {
            places[key] = keys.count
            keys.append(Key(name: key, fallback: fallback, isSecret: isSecret))
            return
        }
        keys[place].isSecret = keys[place].isSecret || isSecret
        keys[place].fallback = keys[place].fallback ?? fallback
    }

    /// What is known of a key; nil where nobody has asked for it.
    subscript(key: String) -> Key? { places[key].map { keys[$0] } }

    /// The keys of the section below a key; `element` counts the sections of a list.
    func below(_ key: String, element: Int? = nil) -> AskedKeys? { nested[Self.name(key, element)] }

    /// A section below a key, made by `make` around its keys; the keys are the same ones each time.
    func nest(_ key: String, element: Int? = nil, _ make: (AskedKeys) -> ConfigSection) -> ConfigSection {
        let name = Self.name(key, element)
        if let known = nested[name] { return make(known) }
        let keys = AskedKeys()
        nested[name] = keys
        let section = make(keys)
        nestedSections.append(section)
        return section
    }

    /// The secrets of this section and of all below it, by their paths.
    var allSecrets: [String: Secret] {
        nested.reduce(into: secrets) { all, below in
            for (path, secret) in below.value.allSecrets { all["\(below.key)\n\n\(path)"] = secret }
        }
    }

    private static func name(_ key: String, _ element: Int?) -> String {
        // No key has a newline in front of a number: the two cannot be confused.
        element.map { "\n\($0)\n\(key)" } ?? key
    }
}
