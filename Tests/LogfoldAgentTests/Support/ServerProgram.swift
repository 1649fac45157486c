import Foundation
import Testing

/// A program that starts a server, or finds it running, and prints what there is to know as `export NAME=value`.
struct ServerProgram {
    let path: String
    var arguments: [String] = []

    /// The one that a variable of the environment names; nil where there is none.
    init?(_ variable: String, _ arguments: [String] = []) {
        guard let path = ProcessInfo.processInfo.environment[variable] else { return nil }
        self.path = path
        self.arguments = arguments
    }

    /// Runs it; the values by their names without `LOGFOLD_TEST_`.
    func start() throws -> [String: String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.matches(of: #/export LOGFOLD_TEST_(\w+)=(\S+)/#)
        return Dictionary(lines.map { (String($0.output.1), String($0.output.2)) }) { _, last in last }
    }
}
