package import LogfoldCore
package import LogfoldIO

/// A spool as an operator looks at it, while its agent runs or not. Nothing is changed, but for ``forget(_:in:)``.
package enum SpoolInspection {
    /// What is in a spool.
    package struct Report: Sendable {
        /// A file of the log.
        package struct Segment: Sendable, Equatable {
            package var name: String
            package var bytes: Int64
            /// Sequence of its first event, and when it was begun, nanoseconds since 1970 UTC.
            package var first: UInt64
            package var time: Int64
        }

        /// The files, oldest first.
        package var segments: [Segment]
        /// Sequence of the next event.
        package var end: UInt64
        /// How far each sink is, with how many events wait for it.
        package var cursors: [(cursor: StoredCursor, waiting: UInt64)]
        /// What became of what was read of each input, over all runs.
        package var read: [String: InputCounts]
        /// What is not as it should be, a sentence each.
        package var findings: [String]
    }

    /// Looks at the segments' starts, the newest segment and the cursors.
    package static func report(of folder: String, _ files: any FileSystem) throws(SpoolRefusal) -> Report {
        var found = RecoveredSpool()
        try found.read(folder, in: files, isRepairing: false)
        let waiting = found.waiting
        return Report(
            segments: found.contents.segments.map { segment in
                Report.Segment(
                    name: SegmentName.of(segment.number), bytes: segment.bytes, first: segment.first,
                    time: segment.time)
            }, end: found.contents.end,
            cursors: found.contents.cursors.values.map(\.stored).sorted { $0.name < $1.name }.map { cursor in
                (cursor, waiting[cursor.name] ?? 0)
            }, read: found.contents.tally.read, findings: found.findings)
    }

    /// Reads every record. Returns how many records and events are good, and what is not, a sentence each.
    package static func verify(
        _ folder: String, _ files: any FileSystem
    ) throws(SpoolRefusal) -> (records: Int, events: UInt64, problems: [String]) {
        var found = RecoveredSpool()
        try found.read(folder, in: files, isRepairing: false)
        var problems = found.findings
        var (records, events) = (0, UInt64(0))
        for at in found.contents.segments.indices {
            let segment = found.contents.segments[at]
            let name = SegmentName.of(segment.number)
            var expected = segment.first
            let scan = try walk(found, at, folder, files) { record in
                records += 1
                guard record.header.kind == .delivery else { return }
                guard record.delivery != nil else {
                    problems.append("'\(name)': a record says what cannot be")
                    return
                }
                if record.header.sequence > expected {
                    problems.append("'\(name)': events \(expected) to \(record.header.sequence - 1) are missing")
                }
                expected = Swift.max(expected, record.header.end)
                events += UInt64(record.header.count)
            }
            let limit = found.contents.limit(of: at)
            if expected < limit { problems.append("'\(name)': events \(expected) to \(limit - 1) are missing") }
            let bad = scan.damagedBytes + Swift.max(segment.bytes - scan.goodEnd, 0)
            if bad > 0 { problems.append("'\(name)': \(bad) bytes are damaged or torn") }
        }
        return (records, events, problems)
    }

    /// Hands out every event in the spool, or those that wait for a sink, as JSON lines; as the sinks were when they were
    /// written.
    package static func export(
        _ folder: String, for sink: String?, _ files: any FileSystem, _ body: (Batch) -> Void
    ) throws(SpoolRefusal) {
        var found = RecoveredSpool()
        try found.read(folder, in: files, isRepairing: false)
        let cursor = sink.flatMap { found.contents.cursors[$0]?.stored }
        for at in found.contents.segments.indices {
            _ = try walk(found, at, folder, files) { record in
                guard let content = record.delivery, !content.entries.isEmpty else { return }
                let route = sink.map { name in content.routes.firstIndex { $0.name == name } }
                let entries = content.entries.enumerated().filter { offset, entry in
                    guard let route else { return true }
                    let sequence = record.header.sequence + UInt64(offset)
                    return cursor.map { $0.needs(sequence) } ?? true
                        && route.map { entry.routes >> UInt64($0) & 1 == 1 } ?? false
                }
                if !entries.isEmpty { body(record.batch(entries.map(\.element))) }
            }
        }
    }

    /// The records of a segment that count, in order.
    private static func walk(
        _ found: RecoveredSpool, _ at: Int, _ folder: String, _ files: any FileSystem,
        _ body: (StoredRecord) -> Void
    ) throws(SpoolRefusal) -> SegmentScan {
        let number = found.contents.segments[at].number
        let limit = found.contents.limit(of: at)
        do throws(SegmentScan.Failure) {
            var scan: SegmentScan
            do throws(FileSystemError) {
                scan = try SegmentScan("\(folder)/\(SegmentName.of(number))", number: number, in: files)
            } catch {
                throw .file(error)
            }
            while let next = try scan.next() {
                if next.record.header.sequence < limit || next.record.header.count == 0 { body(next.record) }
            }
            return scan
        } catch {
            throw SpoolRefusal(error)
        }
    }

    /// Gives up what waits for a sink: its cursor is removed, and with the next start of the agent the segments that it
    /// held. Returns how many events waited; nil where there is no such cursor.
    package static func forget(_ sink: String, in directory: DataDirectory) throws(SpoolRefusal) -> UInt64? {
        let folder = DiskSpool.folder(in: directory.path)
        var found = RecoveredSpool()
        try found.read(folder, in: directory.files, isRepairing: false)
        guard found.contents.cursors[sink] != nil else { return nil }
        let waiting = found.waiting[sink] ?? 0
        let left = found.contents.cursors.values.map(\.stored).filter { $0.name != sink }
        do throws(FileSystemError) { try CursorFile.replace(in: folder, left, directory.files) } catch {
            throw .file(error)
        }
        return waiting
    }
}

extension StoredCursor {
    /// Whether an event is not settled.
    fileprivate func needs(_ sequence: UInt64) -> Bool {
        sequence >= position && !spans.contains { $0.from <= sequence && sequence < $0.to }
    }
}
