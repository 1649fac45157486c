/// Why a text is no condition.
package struct ConditionError: Error, Equatable, CustomStringConvertible {
    /// Where in the text, in Unicode scalars from 1.
    package let column: Int
    /// The problem and, after a semicolon, the way out.
    package let text: String

    /// `column 5: problem; way out`.
    package var description: String { "column \(column): \(text)" }
}
