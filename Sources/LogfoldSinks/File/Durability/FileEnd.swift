import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Where the last whole event of a file ends that somebody else has left, or a run of which nothing is known.
///
/// Plain files end behind their last newline; compressed ones are read through, and end behind their last whole member.
/// A file that holds something else than the sink writes is refused, and so is one of which more would have to go than
/// a crash can leave behind.
struct FileEnd {
    /// Bytes of the longest event or member that a crash may have torn.
    static let longestTear: Int64 = 8 << 20

    private(set) var identity: FileIdentity
    /// How long the file is, and how long with whole events only.
    private(set) var size: Int64
    private(set) var length: Int64 = 0
    private(set) var tail = LastBytes()

    /// Looks at a file; nothing is changed.
    init(of path: String, _ options: FileSinkOptions, _ fileSystem: any FileSystem) throws(SinkFailure) {
        let status = try failing { () throws(FileSystemError) in try fileSystem.status(at: path) }
        // To open a pipe would wait for its other end.
        guard status.kind == .regular else {
            throw SinkFailure("'\(path)' is no regular file; give the sink another path")
        }
        identity = FileIdentity(status)
        size = status.size
        let file = try failing { () throws(FileSystemError) in try OpenFile(path, in: fileSystem) }
        try checkKind(file, path, options)
        let reader = try Self.reader(options.compression)
        (length, tail) = try failing { () throws(FileSystemError) in
            let length = if let reader { try memberEnd(file, reader) } else { try lineEnd(file) }
            return (length, LastBytes(try file.bytes(from: max(0, length - Int64(LastBytes.length)), to: length)))
        }
        guard size - length <= Self.longestTear else {
            throw SinkFailure(
                "'\(path)' has \(size - length) bytes behind its last whole event, more than logfold can have left"
                    + " there; move it away, or give the sink another path")
        }
    }

    private static func reader(_ compression: OutputCompression) throws(SinkFailure) -> (any CompressedReader)? {
        do throws(CompressionError) {
            return try compression.kind.makeReader()
        } catch {
            throw SinkFailure("\(error)")
        }
    }

    private func checkKind(_ file: OpenFile, _ path: String, _ options: FileSinkOptions) throws(SinkFailure) {
        let first = try failing { () throws(FileSystemError) in
            try file.bytes(from: 0, to: min(size, Int64(CompressionKind.detectionLength)))
        }
        guard let byte = first.first else { return }
        let found = first.withSpan { CompressionKind.detect($0) }
        let isExpected =
            found == options.compression.kind
            && (options.compression != .none || options.hasTextEvents || byte == UInt8(ascii: "{"))
        guard !isExpected else { return }
        throw SinkFailure(
            "'\(path)' holds \(Self.name(found, byte)), not \(Self.name(options)); move it away, or give the sink"
                + " another path")
    }

    private static func name(_ kind: CompressionKind, _ first: UInt8) -> String {
        switch kind {
        case .none: first == UInt8(ascii: "{") ? "plain JSON lines" : "something else than JSON lines"
        case .gzip: "gzip data"
        case .zstd: "Zstandard data"
        }
    }

    private static func name(_ options: FileSinkOptions) -> String {
        switch options.compression {
        case .none: options.hasTextEvents ? "text" : "JSON lines"
        case .gzip: "gzip data"
        case .zstd: "Zstandard data"
        }
    }
}

// MARK: - Looking for the end

extension FileEnd {
    private static let chunk = 64 << 10

    /// The offset behind the last newline, looked for from the end.
    private func lineEnd(_ file: OpenFile) throws(FileSystemError) -> Int64 {
        var end = size
        while end > 0, size - end <= Self.longestTear {
            let start = max(0, end - Int64(Self.chunk))
            let bytes = try file.bytes(from: start, to: end)
            if let newline = bytes.lastIndex(of: 0x0A) { return start + Int64(newline) + 1 }
            end = start
        }
        return 0
    }

    /// The offset behind the last whole member.
    private func memberEnd(_ file: OpenFile, _ reader: any CompressedReader) throws(FileSystemError) -> Int64 {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 1)
        defer { unsafe room.deallocate() }
        var position: Int64 = 0
        while position < size {
            let bytes = try file.bytes(from: position, to: min(size, position + Int64(Self.chunk)))
            if bytes.isEmpty { break }
            // What is damaged ends the whole members as well.
            guard unsafe Self.feed(bytes, to: reader, room) else { break }
            position += Int64(bytes.count)
        }
        return reader.completeLength
    }

    /// Lets a reader decode bytes; false where it cannot.
    private static func feed(
        _ bytes: [UInt8], to reader: any CompressedReader, _ room: UnsafeMutableRawBufferPointer
    ) -> Bool {
        unsafe bytes.withUnsafeBytes { input in
            var at = 0
            while true {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: input[at...])
                guard let progress = unsafe try? reader.read(rest, into: room) else { return false }
                at += progress.consumed
                if at == input.count, progress.produced < room.count { return true }
            }
        }
    }
}
