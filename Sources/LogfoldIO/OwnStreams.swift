/// The files that this process writes its own log and its console output to: an input must not read them, or each
/// line would make another one.
package struct OwnStreams: Sendable {
    private let streams: [FileStatus]

    /// What stdout and stderr are now; where one is closed it is nothing.
    package init(in files: any FileSystem) {
        streams = [FileDescriptor.standardOutput, .standardError].compactMap { try? files.status(of: $0) }
    }

    /// These streams, for tests.
    package init(_ streams: [FileStatus]) { self.streams = streams }

    /// Whether a file is one of them.
    package func contains(_ file: FileStatus) -> Bool {
        streams.contains { $0.device == file.device && $0.inode == file.inode }
    }
}

extension FileStatus {
    /// Whether this is the stream that `$JOURNAL_STREAM` names, as `device:inode`: then its lines go to the journal.
    func isJournal(_ variable: String?) -> Bool { variable == "\(device):\(inode)" }
}
