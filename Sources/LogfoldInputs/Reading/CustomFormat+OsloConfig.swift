package import LogfoldIO
package import LogfoldParsing

/// Why no format could be made of configuration files of oslo.log.
package struct OsloConfigFailure: Error {
    /// A sentence for each reason.
    package var reasons: [String]
}

extension CustomFormat {
    /// The format that services with these configuration files write; a directory stands for its `*.conf`, as for
    /// oslo.config. Blocking.
    package static func read(
        osloConfig paths: [String], in files: any FileSystem
    ) throws(OsloConfigFailure) -> CustomFormat {
        var texts: [(name: String, text: [UInt8])] = []
        for path in paths {
            do throws(FileSystemError) {
                for file in try configurationFiles(path, files) {
                    texts.append((file, try OpenFile(file, in: files).readAll(limit: 16 << 20)))
                }
            } catch {
                throw OsloConfigFailure(reasons: [error.description])
            }
        }
        let (format, problems) = read(texts)
        guard let format else { throw OsloConfigFailure(reasons: problems.map(\.description)) }
        return format
    }

    private static func configurationFiles(
        _ path: String, _ files: any FileSystem
    ) throws(FileSystemError) -> [String] {
        guard try files.status(at: path).kind == .directory else { return [path] }
        return try files.names(inDirectory: path).filter { $0.hasSuffix(".conf") }.sorted().map { "\(path)/\($0)" }
    }
}
