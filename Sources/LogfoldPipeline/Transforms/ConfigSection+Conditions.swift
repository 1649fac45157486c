import LogfoldConfig
import LogfoldCore
import LogfoldParsing

extension ConfigSection {
    /// The condition at a key; nil where the key is absent, or where it is none, which is a problem at its place in the
    /// value.
    func condition(_ key: String) -> Condition? {
        guard has(key), let text = text(key) else { return nil }
        do throws(ConditionError) {
            return try Condition(text)
        } catch {
            problem(error.text, at: key, offset: error.column - 1)
            return nil
        }
    }

    /// The names at `inputs:`, each that of an input; empty where the key is absent: all inputs.
    func inputs(of known: [String]) -> [String] {
        guard has("inputs") else { return [] }
        let names = texts("inputs")
        if names.isEmpty { problem("'inputs' names none; name inputs, or remove the key for all", at: "inputs") }
        for (number, name) in names.enumerated() where !known.contains(name) {
            let problem = "there is no input '\(name)'"
            let meant = Spelling.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
            self.problem("\(problem); \(meant ?? Self.wayOut(known))", at: "inputs", element: number)
        }
        return names
    }

    private static func wayOut(_ known: [String]) -> String {
        known.isEmpty ? "the configuration has no inputs" : "inputs are \(known.joined(separator: ", "))"
    }
}
