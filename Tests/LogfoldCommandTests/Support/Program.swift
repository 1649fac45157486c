import Foundation

/// The program itself, run as a user runs it.
enum Program {
    /// What a run left behind.
    struct Outcome {
        let output: String
        let messages: String
        let status: Int32
    }

    /// The built program: it lies beside the test bundle.
    static var url: URL {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "logfold")
    }

    /// Runs it to its end with these arguments, this text on standard input and these variables in its environment.
    ///
    /// Both outputs go to files, so neither can fill a pipe that nobody reads.
    static func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        output: URL? = nil
    ) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "logfold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        for file in files { try (file == files[0] ? input : Data()).write(to: file) }

        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.environment = environment
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: output ?? files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
            messages: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self),
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
    }
}
