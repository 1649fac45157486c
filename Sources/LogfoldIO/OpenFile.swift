import Synchronization

/// An open file, pipe or terminal; closed when nobody holds it any more.
///
/// Calls that a signal interrupts are made again.
package final class OpenFile: Sendable {
    /// Number and name.
    package let descriptor: FileDescriptor
    private let fileSystem: any FileSystem
    private let mustClose: Atomic<Bool>

    /// Opens a path.
    package init(
        _ path: String, for purpose: OpenPurpose = .reading, in fileSystem: any FileSystem
    ) throws(FileSystemError) {
        descriptor = try retrying { () throws(FileSystemError) in try fileSystem.open(path, for: purpose) }
        self.fileSystem = fileSystem
        mustClose = Atomic(true)
    }

    /// Borrows a descriptor, such as standard input, output or error: it is never closed here, neither by ``close()``
    /// nor at the end. Whoever opened it closes it, once, and not before this is used for the last time: the number may
    /// be another file's then.
    package init(standard descriptor: FileDescriptor, in fileSystem: any FileSystem) {
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        mustClose = Atomic(false)
    }

    deinit {
        // Whoever cares for the answer has called close().
        try? close()
    }

    /// Closes the file, if it is ours and still open; for a written file this is where a late error shows.
    package func close() throws(FileSystemError) {
        guard mustClose.exchange(false, ordering: .relaxed) else { return }
        try fileSystem.close(descriptor)
    }

    /// Reads what there is, up to a buffer; 0 at the end. An empty buffer gives 0 as well.
    ///
    /// Waits for bytes also where the file is set not to block, as a terminal shared with another program may be.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int {
        while true {
            do {
                return unsafe try fileSystem.read(descriptor, into: buffer)
            } catch  where error.isInterruption {
                continue
            } catch  where error.wouldBlock {
                _ = try wait(for: .input, milliseconds: nil)
            }
        }
    }

    /// Reads up to a buffer from an offset that is not negative; 0 at the end.
    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try retrying { () throws(FileSystemError) in unsafe try fileSystem.read(descriptor, into: buffer, at: offset) }
    }

    /// Reads the rest of the file, but no more than `limit` bytes of it.
    package func readAll(limit: Int) throws(FileSystemError) -> [UInt8] {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: min(max(limit, 1), 65536), alignment: 1)
        defer { unsafe chunk.deallocate() }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let room = min(chunk.count, limit - bytes.count)
            let count = unsafe try read(into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<room]))
            guard count > 0 else { break }
            unsafe bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }

    /// Writes all of the bytes, and waits for room where the file is a pipe or terminal that is set not to block.
    ///
    /// An error says that some were not written: ``FileSystemError/isBrokenPipe`` when the reader has gone.
    package func write(_ bytes: RawSpan) throws(FileSystemError) {
        try unsafe bytes.withUnsafeBytes { (raw) throws(FileSystemError) in
            var written = 0
            while written < raw.count {
                written += try unsafe writeOnce(UnsafeRawBufferPointer(rebasing: raw[written...]))
            }
        }
    }

    /// Writes all of the bytes, as `write` of a span does.
    package func write(_ bytes: [UInt8]) throws(FileSystemError) { try unsafe write(bytes.span.bytes) }

    private func writeOnce(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
        do {
            return unsafe try fileSystem.write(descriptor, bytes)
        } catch  where error.isInterruption {
            return 0
        } catch  where error.wouldBlock {
            _ = try wait(for: .output, milliseconds: nil)
            return 0
        }
    }

    /// Waits until the file can be read or written; false when the time is over or a signal came, so that the caller
    /// looks at its clock again.
    package func wait(for readiness: Readiness, milliseconds: Int32?) throws(FileSystemError) -> Bool {
        do {
            return try fileSystem.wait(for: readiness, of: descriptor, milliseconds: milliseconds)
        } catch  where error.isInterruption {
            return false
        }
    }

    /// Cuts the file to a length.
    package func truncate(to length: Int64) throws(FileSystemError) {
        try retrying { () throws(FileSystemError) in try fileSystem.truncate(descriptor, to: length) }
    }

    /// Waits until what was written is on the disk. After an error nobody knows what is: it must not be tried again.
    package func synchronize() throws(FileSystemError) { try fileSystem.synchronize(descriptor) }

    /// What the file is now.
    package func status() throws(FileSystemError) -> FileStatus {
        try retrying { () throws(FileSystemError) in try fileSystem.status(of: descriptor) }
    }

    /// The bytes between two offsets, as far as the file has them.
    package func bytes(from start: Int64, to end: Int64) throws(FileSystemError) -> [UInt8] {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(max(end - start, 0)), alignment: 1)
        defer { unsafe room.deallocate() }
        var count = 0
        while count < room.count {
            let got = try unsafe read(
                into: UnsafeMutableRawBufferPointer(rebasing: room[count...]), at: start + Int64(count))
            if got == 0 { break }
            count += got
        }
        return unsafe Array(room[..<count])
    }

    /// Whether a person looks at it.
    package var isTerminal: Bool { fileSystem.isTerminal(descriptor) }
}

extension FileSystem {
    /// What lies at a path, symbolic links followed; asked again where a signal came between.
    package func look(at path: String) throws(FileSystemError) -> FileStatus {
        try retrying { () throws(FileSystemError) in try status(at: path) }
    }

    /// The names in a directory but `.` and `..`, in no order; asked again where a signal came between.
    package func list(_ directory: String) throws(FileSystemError) -> [String] {
        try retrying { () throws(FileSystemError) in try names(inDirectory: directory) }
    }
}

/// Makes a call again as long as signals interrupt it.
private func retrying<Value>(_ call: () throws(FileSystemError) -> Value) throws(FileSystemError) -> Value {
    while true {
        do {
            return try call()
        } catch  where error.isInterruption {
            continue
        }
    }
}
