import LogfoldCore
package import LogfoldIO

// Going back to a spool in memory.

extension RecoveredSpool {
    /// How far each sink had acknowledged each source, as it is saved where the spool is in memory; and how many events
    /// waited for each. Nothing is changed.
    package static func positions(
        in folder: String, _ files: any FileSystem
    ) throws(SpoolRefusal) -> (saved: SavedPositions, waiting: [String: UInt64]) {
        var found = RecoveredSpool()
        try found.read(folder, in: files, isRepairing: false)
        var saved = SavedPositions()
        saved.nextKey = found.contents.nextKey
        for cursor in found.contents.cursors.values.sorted(by: { $0.stored.name < $1.stored.name }) {
            var sink = SinkPositions(name: cursor.stored.name)
            sink.state = cursor.stored.state
            sink.delivered = cursor.stored.delivered
            sink.dropped = cursor.stored.dropped
            let before: SpoolContents
            do throws(SegmentScan.Failure) {
                before = try found.contents(before: cursor.stored, folder, files)
            } catch {
                throw SpoolRefusal(error)
            }
            sink.checkpoints = before.latest.merging(before.ahead[sink.name] ?? [:]) { _, had in had }
            sink.filtered = before.tally.filtered[sink.name] ?? 0
            sink.read = before.tally.read
            saved.sinks.append(sink)
        }
        return (saved, found.waiting)
    }

    /// How many events wait for each sink.
    package var waiting: [String: UInt64] {
        contents.cursors.mapValues { $0.waiting(routed: contents.routed[$0.stored.name] ?? 0) }
    }

    /// The positions that what lies before a cursor made safe, and the counts there.
    private func contents(
        before cursor: StoredCursor, _ folder: String, _ files: any FileSystem
    ) throws(SegmentScan.Failure) -> SpoolContents {
        var before = SpoolContents()
        let first = contents.segment(of: cursor.position) ?? 0
        for at in first..<Swift.max(contents.segments.count, first) {
            let number = contents.segments[at].number
            let path = "\(folder)/\(SegmentName.of(number))"
            var scan: SegmentScan
            do throws(FileSystemError) {
                scan = try SegmentScan(path, number: number, in: files)
            } catch {
                throw .file(error)
            }
            let limit = contents.limit(of: at)
            while let found = try scan.next() {
                if let start = found.record.start, at == first { before.begin(with: start) }
                guard let body = found.record.delivery, found.record.header.sequence < limit || body.entries.isEmpty
                else { continue }
                guard found.record.header.end <= cursor.position else { break }
                before.advance(
                    by: Delivery(batch: nil, checkpoints: body.checkpoints, forgotten: body.forgotten))
                before.tally.take(body.tally)
            }
            if limit > cursor.position { break }
        }
        return before
    }
}

extension DiskSpool {
    /// Gives the folder of a spool another name, so that it is used no more, and returns that.
    package static func setAside(in dataDirectory: String, _ files: any FileSystem) throws(FileSystemError) -> String {
        let folder = folder(in: dataDirectory)
        var number = 1
        while (try? files.look(at: "\(folder).replaced-\(number)")) != nil { number += 1 }
        try files.rename(folder, to: "\(folder).replaced-\(number)")
        return "\(folder).replaced-\(number)"
    }
}
