import LogfoldCore
package import LogfoldIO

/// What was found in the folder of a spool.
package struct RecoveredSpool {
    /// The highest number that a segment has or had.
    private(set) var lastNumber: UInt64 = 0
    var contents = SpoolContents()
    /// What an operator should know, a sentence each.
    package private(set) var findings: [String] = []

    /// Nothing yet.
    package init() {}

    /// A segment with what its first good record says.
    private struct Head {
        let segment: SpoolContents.Segment
        /// Nil where the record of positions at its start is damaged.
        let start: SegmentStart?
    }

    /// Reads the folder: of all segments the start, of the newest everything. With `isRepairing` what is torn is cut
    /// off, what cannot be used is set aside, and the newest segment is brought to the disk.
    package mutating func read(
        _ folder: String, in files: any FileSystem, isRepairing: Bool
    ) throws(SpoolRefusal) {
        do throws(SegmentScan.Failure) {
            let numbers = try numbers(in: folder, files)
            let stored = try cursors(in: folder, files, isRepairing)
            var heads: [Head] = []
            for number in numbers {
                if let head = try head(number, folder, files, isRepairing) { heads.append(head) }
            }
            contents.segments = heads.map(\.segment)
            try readPositions(heads, folder, files, isRepairing)
            takeCursors(stored, isNew: numbers.isEmpty)
            contents.isNew = numbers.isEmpty && stored == nil
            if isRepairing, !contents.isNew { try synchronize(folder, files) }
        } catch {
            throw SpoolRefusal(error)
        }
    }
}

// MARK: - Files

extension RecoveredSpool {
    private mutating func numbers(in folder: String, _ files: any FileSystem) throws(SegmentScan.Failure) -> [UInt64] {
        let names = try reading { () throws(FileSystemError) in try files.list(folder) }
        var numbers: [UInt64] = []
        for name in names.sorted() where name != "cursors" && name != "cursors.new" {
            if let number = SegmentName.number(in: name) {
                numbers.append(number)
            } else {
                findings.append("'\(name)' is no file of the spool; it is left alone")
            }
        }
        numbers.sort()
        for (before, number) in zip(numbers, numbers.dropFirst()) where number > before + 1 {
            let last = number - before > 2 ? " to '\(SegmentName.of(number - 1))'" : ""
            findings.append("'\(SegmentName.of(before + 1))'\(last) is missing; its events are lost")
        }
        lastNumber = numbers.last ?? 0
        return numbers
    }

    private mutating func head(
        _ number: UInt64, _ folder: String, _ files: any FileSystem, _ isRepairing: Bool
    ) throws(SegmentScan.Failure) -> Head? {
        let path = "\(folder)/\(SegmentName.of(number))"
        var scan = try reading { () throws(FileSystemError) in try SegmentScan(path, number: number, in: files) }
        let size = try reading { () throws(FileSystemError) in try files.look(at: path).size }
        guard let found = try scan.next() else {
            // A process was killed when it had just made the file, or it is not ours.
            guard isRepairing else { return nil }
            let isEmpty = size < RecordHeader.size
            if !isEmpty { findings.append("'\(SegmentName.of(number))' holds no good record; it is set aside") }
            try reading { () throws(FileSystemError) in
                if isEmpty { try files.remove(path) } else { try files.rename(path, to: "\(path).unusable") }
            }
            // Its number is given again: a gap would look like events that are gone.
            if isEmpty, number == lastNumber { lastNumber -= 1 }
            return nil
        }
        let header = found.record.header
        let start = found.offset == 0 ? found.record.start : nil
        var routed = start?.routed ?? [:]
        if start == nil {
            findings.append("'\(SegmentName.of(number))' is damaged at its start")
            for route in found.record.delivery?.routes ?? [] { routed[route.name] = route.before }
        }
        let segment = SpoolContents.Segment(
            number: number, first: header.sequence, routed: routed, time: header.time, bytes: size)
        return Head(segment: segment, start: start)
    }

    private mutating func cursors(
        in folder: String, _ files: any FileSystem, _ isRepairing: Bool
    ) throws(SegmentScan.Failure) -> [StoredCursor]? {
        let path = "\(folder)/cursors"
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try OpenFile(path, in: files).readAll(limit: 1 << 30)
        } catch {
            if error.isNotFound { return nil }
            throw .file(error)
        }
        do throws(SavedFileProblem) {
            return try CursorFile.decode(bytes)
        } catch {
            if case .version(let version) = error { throw .version(version, path: path) }
            findings.append("cannot use 'cursors': \(error); every sink gets again what the spool holds")
            if isRepairing {
                try reading { () throws(FileSystemError) in try files.rename(path, to: "\(path).unusable") }
            }
            return nil
        }
    }

    private func reading<Value>(
        _ call: () throws(FileSystemError) -> Value
    ) throws(SegmentScan.Failure) -> Value {
        do throws(FileSystemError) { return try call() } catch { throw .file(error) }
    }
}

// MARK: - Positions

extension RecoveredSpool {
    /// Positions and counters as of the end of the log: the newest start with what came after it.
    private mutating func readPositions(
        _ heads: [Head], _ folder: String, _ files: any FileSystem, _ isRepairing: Bool
    ) throws(SegmentScan.Failure) {
        let newest = heads.lastIndex { $0.start != nil }
        if newest == nil, !heads.isEmpty {
            findings.append("no segment has its record of positions; sources without a later one are read again")
        }
        if let start = newest.flatMap({ heads[$0].start }) { contents.begin(with: start) }
        contents.end = heads.last?.segment.first ?? 0
        var gaps: [Gap] = []
        for at in (newest ?? 0)..<heads.count {
            try readRecords(of: at, folder, files, isRepairing: isRepairing && at == heads.count - 1, &gaps)
        }
        for gap in gaps {
            let bound = gap.behind.isEmpty ? "" : "at most "
            findings.append(
                "records in the middle are damaged: \(bound)\(gap.events) events are lost for sinks that did not have "
                    + "them")
        }
        contents.synced = SpoolContents.Synced(
            serial: 0, sequence: contents.end, latest: contents.latest, routed: contents.routed, tally: contents.tally)
    }

    /// Sequences that no record holds, and the sources that have no later position: they are read again.
    private struct Gap {
        let events: UInt64
        var behind: Set<UInt64>
    }

    private mutating func readRecords(
        of segment: Int, _ folder: String, _ files: any FileSystem, isRepairing: Bool, _ gaps: inout [Gap]
    ) throws(SegmentScan.Failure) {
        let (number, first) = (contents.segments[segment].number, contents.segments[segment].first)
        let limit = contents.segments[(segment + 1)...].map(\.first).min() ?? .max
        let path = "\(folder)/\(SegmentName.of(number))"
        var scan = try reading { () throws(FileSystemError) in try SegmentScan(path, number: number, in: files) }
        var expected = first
        while let found = try scan.next() {
            let header = found.record.header
            guard header.kind == .delivery, header.sequence < limit || header.count == 0,
                let body = found.record.delivery
            else { continue }
            if header.sequence > expected {
                gaps.append(Gap(events: header.sequence - expected, behind: Set(contents.latest.keys)))
            }
            expected = Swift.max(expected, header.end)
            apply(body, header, &gaps)
        }
        contents.end = Swift.max(contents.end, expected)
        if scan.damagedBytes > 0 {
            findings.append("\(scan.damagedBytes) bytes in the middle of '\(SegmentName.of(number))' are damaged")
        }
        let torn = contents.segments[segment].bytes - scan.goodEnd
        if isRepairing, torn > 0 { try cut(torn, off: path, segment, files) }
    }

    private mutating func apply(_ body: RecordBody, _ header: RecordHeader, _ gaps: inout [Gap]) {
        contents.advance(by: Delivery(batch: nil, checkpoints: body.checkpoints, forgotten: body.forgotten))
        for (index, route) in body.routes.enumerated() {
            let events = body.entries.count { $0.routes >> UInt64(index) & 1 == 1 }
            contents.routed[route.name] = route.before &+ UInt64(events)
        }
        contents.tally.take(body.tally)
        for at in gaps.indices {
            for checkpoint in body.checkpoints { gaps[at].behind.remove(checkpoint.key) }
            for key in body.forgotten { gaps[at].behind.remove(key) }
        }
    }

    /// Cuts off what is behind the last good record.
    private mutating func cut(
        _ torn: Int64, off path: String, _ segment: Int, _ files: any FileSystem
    ) throws(SegmentScan.Failure) {
        contents.segments[segment].bytes -= torn
        let end = contents.segments[segment].bytes
        try reading { () throws(FileSystemError) in
            let file = try OpenFile(path, for: .appending, in: files)
            try file.truncate(to: end)
            try file.close()
        }
        findings.append("cut \(torn) torn bytes off the end of '\(SegmentName.of(lastNumber))'")
    }

    /// Brings everything to the disk that a killed process may have left in memory: cursors may be saved up to the end.
    private func synchronize(_ folder: String, _ files: any FileSystem) throws(SegmentScan.Failure) {
        try reading { () throws(FileSystemError) in
            for segment in contents.segments {
                let path = "\(folder)/\(SegmentName.of(segment.number))"
                let file = try OpenFile(path, for: .appending, in: files)
                try file.synchronize()
                try file.close()
            }
            try files.synchronize(directory: folder)
        }
    }
}

// MARK: - Cursors

extension RecoveredSpool {
    /// Makes the cursors. Where they are lost, every sink that the log knows begins at its oldest event.
    private mutating func takeCursors(_ stored: [StoredCursor]?, isNew: Bool) {
        var cursors = stored ?? []
        if stored == nil, !isNew, let oldest = contents.segments.first {
            for name in contents.routed.keys.sorted() {
                var cursor = StoredCursor(name: name)
                cursor.position = oldest.first
                cursor.passed = oldest.routed[name] ?? 0
                cursor.born = Int64(clamping: cursor.passed)
                cursors.append(cursor)
            }
        }
        contents.saved = stored ?? []
        for cursor in cursors {
            // A number that a cursor is past was given, even if its record is lost.
            contents.end = Swift.max(contents.end, cursor.position, cursor.spans.last?.to ?? 0)
            contents.cursors[cursor.name] = DiskCursor(cursor)
            for at in contents.segments.indices
            where contents.segments[at].first < cursor.position && contents.limit(of: at) > cursor.droppedThrough {
                contents.segments[at].deliveredBy.insert(cursor.name)
            }
        }
        contents.synced.sequence = contents.end
    }
}
