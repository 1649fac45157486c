package import LogfoldConfig
package import LogfoldParsing

/// The steps that `transforms:` names, in the order of the file.
package struct TransformOptions: Sendable {
    /// What a step may be.
    enum Kind: String, CaseIterable {
        case filter
        case addFields = "add_fields"
        case redact
    }

    /// The steps that are right; what is wrong with the others has been noted.
    package let steps: [RoutePlan.Transform]

    /// Reads the steps of a configuration with these inputs.
    package init(_ root: ConfigSection, inputs: [String]) {
        steps = root.sections("transforms").compactMap { Self.step($0, inputs) }
    }

    private static func step(_ section: ConfigSection, _ known: [String]) -> RoutePlan.Transform? {
        guard let kind = kind(section) else {
            section.takeAll()
            return nil
        }
        let inputs = section.inputs(of: known)
        let action: RoutePlan.Action? =
            switch kind {
            case .filter: FilterTransformOptions(section)?.action
            case .addFields: AddFieldsOptions(section)?.action
            case .redact: RedactOptions(section)?.action
            }
        return action.map { RoutePlan.Transform(name: section.name, inputs: inputs, action: $0) }
    }

    private static func kind(_ section: ConfigSection) -> Kind? {
        guard section.has("type") else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            section.problem("'type' is missing in \(section.path); write 'type: …', one of \(kinds)")
            return nil
        }
        return section.optionalChoice("type")
    }
}

/// `type: filter`: drops events by a condition.
struct FilterTransformOptions {
    let action: RoutePlan.Action

    init?(_ section: ConfigSection) {
        let (hasDrop, hasKeep) = (section.has("drop"), section.has("keep"))
        let (drop, keep) = (section.condition("drop"), section.condition("keep"))
        switch (hasDrop, hasKeep) {
        case (true, true):
            section.problem("'drop' and 'keep' in one filter; write one of them, or two filters", at: "keep")
            return nil
        case (false, false):
            section.problem("\(section.path) has no condition; write 'drop: …' or 'keep: …'")
            return nil
        default: break
        }
        if let drop {
            action = .drop(drop)
        } else if let keep {
            action = .keep(keep)
        } else {
            return nil
        }
    }
}

/// `type: redact`: masks what the built-in rules do not know.
struct RedactOptions {
    let action: RoutePlan.Action

    init?(_ section: ConfigSection) {
        let (keys, patterns) = (section.texts("keys"), section.texts("patterns"))
        guard !keys.isEmpty || !patterns.isEmpty else {
            section.problem("\(section.path) masks nothing; write 'keys: […]' or 'patterns: […]'")
            return nil
        }
        do throws(SecretRules.Failure) {
            action = .redact(try SecretRules(keys: keys, patterns: patterns))
        } catch {
            Self.note(error, section)
            return nil
        }
    }

    private static func note(_ failure: SecretRules.Failure, _ section: ConfigSection) {
        switch failure {
        case .key(let number):
            section.problem(
                "this is no name of a value; use letters, digits, '_', '-' and '.'", at: "keys", element: number)
        case .pattern(let number, let reason, let offset):
            section.problem(
                "the pattern is wrong at its character \(offset + 1): \(reason)", at: "patterns", element: number)
        }
    }
}
