import LogfoldCompression
package import LogfoldCore
import LogfoldIO

// MARK: - For the reader

extension DiskSpool {
    package func follow(_ sinks: [SpoolSink]) {
        writer.withLock { writer in writer.sinks = sinks.map { ($0.name, $0.digest, $0.route) } }
    }

    package func newKey() -> UInt64 {
        contents.withLock { contents in
            defer { contents.nextKey += 1 }
            return contents.nextKey
        }
    }

    package func append(_ delivery: Delivery) {
        writer.withLock { writer in
            guard writer.unwritten.isEmpty, !contents.withLock({ $0.needsRewrite }) else {
                hold(delivery, &writer)
                return
            }
            do throws(FileSystemError) {
                try write(delivery, &writer)
            } catch {
                hold(delivery, &writer)
                noteWriteFailure(error)
            }
        }
    }

    package func introduce(_ checkpoint: SourceCheckpoint) { append(Delivery(batch: nil, checkpoints: [checkpoint])) }

    package func latestCheckpoints(ofInput input: String) -> [SourceCheckpoint] {
        contents.withLock { contents in
            contents.latest.values.filter { $0.input == input }.sorted { $0.key < $1.key }
        }
    }

    package func close() { contents.change { $0.isClosed = true } }

    /// Keeps what cannot be written; the reader waits from now on.
    private func hold(_ delivery: Delivery, _ writer: inout Writer) {
        writer.unwritten.append(delivery)
        let count = writer.unwritten.count
        change { contents in
            contents.unwritten = count
            contents.touch(clock.monotonic)
        }
    }

    private func noteWriteFailure(_ error: FileSystemError) {
        let isNew = contents.withLock { contents in
            defer { contents.problem = "\(error)" }
            return contents.problem == nil
        }
        guard isNew else { return }
        diagnostics.error(
            "The spool cannot be written; inputs wait, and it is tried again", [("error", "\(error)")])
    }
}

// MARK: - Records and segments

extension DiskSpool {
    /// Writes what could not be written before; throws where it still cannot.
    func writeHeld() throws(FileSystemError) {
        // What came before has to be safe first: a segment begins with the positions of all of it.
        guard !contents.withLock({ $0.needsRewrite }) else { return }
        try writer.withLock { (writer) throws(FileSystemError) in
            while let delivery = writer.unwritten.first {
                try write(delivery, &writer)
                writer.unwritten.removeFirst()
                let count = writer.unwritten.count
                contents.withLock { $0.unwritten = count }
            }
        }
        noteRoom()
    }

    /// Writes a record, and shows it to the sinks. After an error the segment is left as it is.
    private func write(_ delivery: Delivery, _ writer: inout Writer) throws(FileSystemError) {
        if writer.file == nil || writer.offset >= options.segmentBytes {
            try finish(&writer)
            let (start, sequence) = contents.withLock { ($0.start, $0.end) }
            try begin(start, at: sequence, &writer)
        }
        let (sequence, routed, tally) = contents.withLock { ($0.end, $0.routed, $0.tally.behind(delivery)) }
        let routes = writer.sinks.map { sink in
            (
                route: RecordRoute(name: sink.name, digest: sink.digest, before: routed[sink.name] ?? 0),
                bit: sink.bit
            )
        }
        let record = Self.record(
            delivery, sequence: sequence, time: clock.now, segment: writer.number, routes, tally, writer.compressor)
        try put(record, &writer)
        publish(delivery, record.header, routes, tally)
    }

    /// Writes a record at the end of the current segment.
    private func put(_ record: RecordBytes, _ writer: inout Writer) throws(FileSystemError) {
        guard let file = writer.file else { return }
        do throws(FileSystemError) {
            try record.write(to: file)
            writer.offset += record.count
        } catch {
            // What is there of it is cut off; where that fails too, readers see that it is not whole. The next record
            // begins a segment either way.
            try? file.truncate(to: writer.offset)
            writer.file = nil
            throw error
        }
        contents.withLock { contents in
            contents.segments[contents.segments.count - 1].bytes = writer.offset
            contents.unsyncedBytes += Int(record.count)
            if contents.dirty.last !== file { contents.dirty.append(file) }
        }
    }

    /// Ends the current segment. The next one begins with the positions of all records before it, so they have to be on
    /// the disk: else a failure of the power could leave the positions and take the events.
    private func finish(_ writer: inout Writer) throws(FileSystemError) {
        guard let file = writer.file else { return }
        writer.file = nil
        do throws(FileSystemError) {
            try file.synchronize()
        } catch {
            change { contents in
                contents.needsRewrite = true
                contents.touch(clock.monotonic)
            }
            throw error
        }
    }

    /// Begins a segment with a record of positions and counters.
    private func begin(
        _ start: SegmentStart, at sequence: UInt64, _ writer: inout Writer
    ) throws(FileSystemError) {
        writer.file = nil
        writer.number += 1
        writer.offset = 0
        let path = path(writer.number)
        let file = try OpenFile(path, for: .creating(mode: 0o640), in: files)
        let header = RecordHeader(
            kind: .start, count: 0, sequence: sequence, time: clock.now, segment: writer.number, storedLength: 0,
            length: 0, bodyChecksum: 0)
        let record = RecordBytes(header, head: start.encoded)
        do throws(FileSystemError) {
            try record.write(to: file)
        } catch {
            try? files.remove(path)
            throw error
        }
        writer.file = file
        writer.offset = record.count
        let segment = SpoolContents.Segment(
            number: writer.number, first: sequence, routed: start.routed, time: header.time, bytes: record.count)
        contents.withLock { contents in
            contents.segments.append(segment)
            contents.dirty.append(file)
            contents.isFolderDirty = true
        }
    }

    private static func record(
        _ delivery: Delivery, sequence: UInt64, time: Int64, segment: UInt64,
        _ routes: [(route: RecordRoute, bit: UInt64)], _ tally: SpoolTally, _ compressor: ZstdCompressor?
    ) -> RecordBytes {
        var body = RecordBody()
        body.routes = routes.map(\.route)
        body.checkpoints = delivery.checkpoints
        body.forgotten = delivery.forgotten
        body.tally = tally
        if let batch = delivery.batch {
            var indices: [UInt32: UInt32] = [:]
            // Events of one source mostly follow one another.
            var last: (source: UInt32, index: UInt32)?
            body.entries = batch.entries.map { entry in
                var stored = entry
                if let last, last.source == entry.source {
                    stored.source = last.index
                } else if let index = indices[entry.source] {
                    stored.source = index
                } else {
                    stored.source = UInt32(body.sources.count)
                    indices[entry.source] = stored.source
                    body.sources.append(
                        delivery.sources[entry.source] ?? SpoolSource(key: 0, input: "", path: ""))
                }
                last = (entry.source, stored.source)
                stored.routes = 0
                for (index, route) in routes.enumerated() where entry.routes & route.bit != 0 {
                    stored.routes |= 1 << UInt64(index)
                }
                return stored
            }
        }
        let header = RecordHeader(
            kind: .delivery, count: UInt32(body.entries.count), sequence: sequence, time: time, segment: segment,
            storedLength: 0, length: 0, bodyChecksum: 0)
        return RecordBytes(header, head: body.encoded, lines: delivery.batch, compressor: compressor)
    }

    /// Shows a record that was written to the sinks.
    private func publish(
        _ delivery: Delivery, _ header: RecordHeader, _ routes: [(route: RecordRoute, bit: UInt64)],
        _ tally: SpoolTally
    ) {
        change(wakingSinks: header.count > 0) { contents in
            contents.serial += 1
            contents.end = header.end
            for (route, bit) in routes {
                contents.routed[route.name] = route.before + UInt64(delivery.events(for: bit))
            }
            for (number, source) in delivery.sources { contents.sourceNumbers[source.key] = number }
            contents.advance(by: delivery)
            contents.tally.take(tally)
            let recent = SpoolContents.Recent(
                serial: contents.serial, sequence: header.sequence, count: header.count, time: header.time,
                delivery: delivery, routes: routes, tally: tally, weight: delivery.weight)
            contents.recents.append(recent)
            contents.weight += recent.weight
            contents.trim(to: options.memory)
            contents.touch(clock.monotonic)
            if contents.unsyncedBytes >= options.syncBytes || contents.bytes + options.segmentBytes > options.maxBytes {
                contents.isUrgent = true
            }
        }
    }
}

// MARK: - After an fsync that failed

extension DiskSpool {
    /// Writes what came after the last good fsync once more, to a new segment: the kernel may have thrown it away, and
    /// another fsync of the same file would not tell.
    func rewrite() throws(FileSystemError) {
        try writer.withLock { (writer) throws(FileSystemError) in
            let (start, sequence, recents) = contents.withLock { contents in
                var safe = contents
                safe.latest = contents.synced.latest
                safe.routed = contents.synced.routed
                safe.tally = contents.synced.tally
                contents.dirty = []
                return (
                    safe.start, contents.synced.sequence,
                    contents.recents.filter { $0.serial > contents.synced.serial }
                )
            }
            try begin(start, at: sequence, &writer)
            for recent in recents {
                let record = Self.record(
                    recent.delivery, sequence: recent.sequence, time: recent.time, segment: writer.number,
                    recent.routes, recent.tally, writer.compressor)
                try put(record, &writer)
            }
        }
    }
}
