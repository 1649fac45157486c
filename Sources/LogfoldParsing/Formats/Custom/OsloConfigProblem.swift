/// Something in an operator's configuration that stands in the way, where it stands, and what to do about it.
package struct OsloConfigProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the caller named it; empty for a default of oslo.log.
    package var file: String
    /// Number of the line, from 1; 0 where the problem has no line.
    package var line: Int
    /// What is wrong, with the value.
    package var problem: String
    /// What the operator can do.
    package var wayOut: String

    /// A problem at a place.
    package init(file: String, line: Int, problem: String, wayOut: String) {
        self.file = file
        self.line = line
        self.problem = problem
        self.wayOut = wayOut
    }

    /// `file:line: problem; way out`, one line.
    package var description: String {
        let place = file.isEmpty ? "" : line > 0 ? "\(file):\(line): " : "\(file): "
        return place + problem + "; " + wayOut
    }
}
