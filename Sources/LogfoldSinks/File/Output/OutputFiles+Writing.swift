import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing

extension OutputFiles {
    /// Writes everything that waits for a file. After an error what is in the file is whole, and the rest waits.
    func bringOut(_ output: OutputFile) throws(SinkFailure) {
        guard output.isWaiting else { return }
        try prepare(output)
        try rewrite(output)
        while output.written < output.pending.count { try writePiece(output) }
    }

    /// Writes what an fsync or close that failed may have lost.
    private func rewrite(_ output: OutputFile) throws(SinkFailure) {
        guard output.mustRewrite else { return }
        if let start = output.keptExtent, let extent = output.extent, extent.identity == start.identity,
            extent.length == start.length + Int64(output.kept.count)
        {
            try overwrite(output, from: start)
        } else {
            // It goes on in another file, or behind the last whole event of one that somebody has cut.
            output.keptExtent = output.extent
            try failing { () throws(FileSystemError) in
                try output.kept.withSpan { (kept) throws(FileSystemError) in try append(kept, to: output) }
            }
        }
        output.mustRewrite = false
    }

    private func overwrite(_ output: OutputFile, from start: FileExtent) throws(SinkFailure) {
        let purpose = OpenPurpose.overwriting(from: start.length)
        let (file, status) = try failing { () throws(FileSystemError) in
            let file = try OpenFile(output.path, for: purpose, in: fileSystem)
            return (file, try file.status())
        }
        try checkIdentity(status, start.identity, of: output)
        try failing { () throws(FileSystemError) in
            try output.kept.withSpan { (kept) throws(FileSystemError) in try file.write(kept) }
            try file.close()
        }
    }

    private func writePiece(_ output: OutputFile) throws(SinkFailure) {
        if isTooOld(output) { try rotate(output) }
        var end = output.endOfPiece(limit: pieceLimit(output))
        if options.compression == .none, isBeyondSize(output, adding: end - output.written) {
            try rotate(output)
            end = output.endOfPiece(limit: pieceLimit(output))
        }
        try output.pending.withSpan { (pending) throws(SinkFailure) in
            try write(pending.extracting(output.written..<end), to: output)
        }
        output.written = end
    }

    private func write(_ piece: RawSpan, to output: OutputFile) throws(SinkFailure) {
        let member: [UInt8]?
        do throws(CompressionError) {
            member = try compressor.member(piece)
        } catch {
            throw SinkFailure("cannot compress for '\(output.path)': \(error)")
        }
        guard let member else { return try keep(piece, in: output) }
        if isBeyondSize(output, adding: member.count) { try rotate(output) }
        try member.withSpan { (member) throws(SinkFailure) in try keep(member, in: output) }
    }

    /// Appends bytes and keeps them until they are safe.
    private func keep(_ bytes: RawSpan, in output: OutputFile) throws(SinkFailure) {
        if output.kept.count == 0 { output.keptExtent = output.extent }
        try failing { () throws(FileSystemError) in try append(bytes, to: output) }
        output.kept.append(bytes, 0, bytes.byteCount)
        output.keptSince = output.keptSince ?? clock.monotonic
    }

    /// Appends bytes as a whole: when that fails, the file is cut back to what it was and closed.
    private func append(_ bytes: RawSpan, to output: OutputFile) throws(FileSystemError) {
        guard let file = output.file, let extent = output.extent else { return }
        do throws(FileSystemError) {
            try file.write(bytes)
        } catch {
            output.mayBeTorn = true
            if (try? file.truncate(to: extent.length)) != nil { output.mayBeTorn = false }
            output.file = nil
            throw error
        }
        output.extent?.advance(bytes)
        bytesWritten += Int64(bytes.byteCount)
    }

    /// How many bytes of events the next piece may have.
    private func pieceLimit(_ output: OutputFile) -> Int {
        guard options.compression == .none, let size = options.rotation.size else { return FileSinkOptions.memberBytes }
        let room = Int64(size) - (output.extent?.length ?? 0)
        return Int(min(max(room, 0), Int64(FileSinkOptions.memberBytes)))
    }

    private func isBeyondSize(_ output: OutputFile, adding count: Int) -> Bool {
        guard let size = options.rotation.size, let length = output.extent?.length, length > 0 else { return false }
        return length + Int64(count) > Int64(size)
    }

    private func isTooOld(_ output: OutputFile) -> Bool {
        guard let age = options.rotation.age, let extent = output.extent, extent.length > 0 else { return false }
        let now = clock.now
        // A clock that was wrong when the file was begun must not keep it for years.
        if extent.since > now { output.extent?.since = now }
        return now - extent.since >= age.nanoseconds
    }
}

// MARK: - Safety

extension OutputFiles {
    /// Waits until what was written is on the disk.
    func synchronize(_ output: OutputFile) throws(SinkFailure) {
        guard output.kept.count > 0 else { return }
        if output.file == nil || output.mustRewrite {
            try prepare(output)
            try rewrite(output)
        }
        do throws(FileSystemError) {
            try output.file?.synchronize()
        } catch {
            output.beginRewriting()
            output.file = nil
            throw SinkFailure(error)
        }
        output.forgetKept()
    }

    /// Synchronizes a file by the policy and closes it.
    func settle(_ output: OutputFile) throws(SinkFailure) {
        if isSynchronizing { try synchronize(output) }
        guard let file = output.file else { return }
        output.file = nil
        do throws(FileSystemError) {
            try file.close()
        } catch {
            guard output.kept.count > 0 else {
                report("The last bytes of a file may be lost", [("path", output.path), ("error", error.description)])
                return
            }
            output.beginRewriting()
            throw SinkFailure(error)
        }
        output.forgetKept()
    }
}
