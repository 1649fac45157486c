import Foundation

/// A folder for one test, gone with it.
final class Scratch {
    let folder = FileManager.default.temporaryDirectory.appending(path: "logfold-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Writes a file, with the folders on the way to it, and returns its path.
    func file(_ name: String, _ content: Data) throws -> String {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: url)
        // A file's age is the reference for times that are not complete: all are of one day.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_795_000_000)], ofItemAtPath: url.path)
        return url.path
    }

    /// Writes a text file.
    func file(_ name: String, _ text: String) throws -> String { try file(name, Data(text.utf8)) }
}
