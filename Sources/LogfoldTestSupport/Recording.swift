import Foundation

/// A service's log in memory with its records, to be mixed, joined and moved in time.
///
/// Only for logs in the default format, whose lines begin `TIME PID `, where every byte belongs to a record.
package struct Recording {
    /// The text.
    package private(set) var bytes: [UInt8]
    /// The records, in the order of their first lines.
    package private(set) var records: [TruthRecord]

    /// What makes a pair unfit.
    package struct Unfit: Error, CustomStringConvertible {
        /// The reason.
        package let description: String
    }

    /// The recording of a pair; throws where a record is torn or does not begin `TIME PID `.
    package init(_ pair: TruthPair) throws {
        let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: pair.log)))
        let truth = try Truth(path: pair.truth)
        guard truth.foreign.isEmpty else { throw Unfit(description: "\(pair): foreign text") }
        try self.init(log, records: truth.records, name: pair.name)
    }

    /// A recording of these bytes and records.
    package init(_ bytes: [UInt8], records: [TruthRecord], name: String = "recording") throws {
        let lines = LineIndex(bytes)
        self.bytes = bytes
        self.records = records
        for record in records {
            guard let place = record.place, !record.isTorn,
                lines[place.line].starts(with: Array(record.linePrefix.utf8))
            else { throw Unfit(description: "\(name): a record without TIME PID: \(record.message.prefix(80))") }
        }
        let owned = records.reduce(0) { $0 + $1.lineNumbers.count }
        guard owned == lines.count else { throw Unfit(description: "\(name): lines without a record") }
    }

    /// The truth, for the scorer.
    package var truth: Truth { Truth(records: records) }

    /// The processes that wrote, in the order of their first records.
    package var processes: [Int] {
        var seen: Set<Int> = []
        return records.map(\.pid).filter { seen.insert($0).inserted }
    }

    /// The records as pieces of text that no writer cuts: a line with its own prefix and the bare lines behind it.
    func pieces() -> [[Piece]] {
        let lines = LineIndex(bytes)
        return records.map { record in
            let prefix = Array(record.linePrefix.utf8)
            var pieces: [Piece] = []
            for number in record.lineNumbers {
                let line = lines[number]
                if pieces.isEmpty || line.starts(with: prefix) { pieces.append(Piece()) }
                pieces[pieces.count - 1].bytes += line
                pieces[pieces.count - 1].lines += 1
            }
            return pieces
        }
    }

    /// One or more physical lines that stay together.
    struct Piece {
        var bytes: [UInt8] = []
        var lines = 0
    }

    /// The recording that results when pieces of the records are written in this order.
    ///
    /// - Parameter order: for each piece the number of its record; the pieces of a record come in their own order.
    func written(_ pieces: [[Piece]], order: [Int]) -> Recording {
        var next = Array(repeating: 0, count: records.count)
        var result = self
        var firsts: [Int] = []
        (result.bytes, result.records) = ([], [])
        result.bytes.reserveCapacity(bytes.count)
        var moved = records
        var line = 1
        for number in order {
            let piece = pieces[number][next[number]]
            if next[number] == 0 {
                firsts.append(number)
                moved[number].place?.offset = result.bytes.count
                moved[number].place?.line = line
                moved[number].lineNumbers = []
            }
            next[number] += 1
            moved[number].lineNumbers += line..<line + piece.lines
            result.bytes += piece.bytes
            line += piece.lines
        }
        result.records = firsts.map { moved[$0] }
        return result
    }

    /// How many records have lines of others between their own.
    package var interleavedRecords: Int {
        records.filter { record in
            guard let first = record.lineNumbers.first, let last = record.lineNumbers.last else { return false }
            return last - first + 1 != record.lineNumbers.count
        }.count
    }
}

// Steps of the clock.
extension Recording {
    /// The same recording with the times of all records from number `first` up to `end` moved by `seconds`, in their
    /// text and in their truth: a clock that steps, the hour of DST, a stamp from the future.
    package func moved(records range: Range<Int>, bySeconds seconds: Int) -> Recording {
        var result = self
        var pieces = pieces()
        for number in range {
            let record = records[number]
            guard let time = EventTime.nanoseconds(record.time) else { continue }
            let stamp = EventTime.text(time / 1_000_000_000 + Int64(seconds))
            result.records[number].time = stamp
            for piece in pieces[number].indices where pieces[number][piece].bytes.starts(with: Array(record.time.utf8))
            {
                pieces[number][piece].bytes.replaceSubrange(0..<stamp.utf8.count, with: Array(stamp.utf8))
            }
        }
        return result.written(pieces, order: pieces.indices.flatMap { Array(repeating: $0, count: pieces[$0].count) })
    }

    /// One recording of several, one after the other, whatever their times: `cat newer older`.
    package static func joined(_ parts: [Recording]) -> Recording? {
        guard var result = parts.first else { return nil }
        for part in parts.dropFirst() {
            let (offset, line) = (result.bytes.count, LineIndex(result.bytes).count)
            result.bytes += part.bytes
            result.records += part.records.map { record in
                var moved = record
                moved.place?.offset += offset
                moved.place?.line += line
                moved.lineNumbers = record.lineNumbers.map { $0 + line }
                return moved
            }
        }
        return result
    }

    /// The first `count` records, or the records from `first` on.
    package func slice(_ range: Range<Int>) -> Recording {
        let pieces = pieces()
        let order = range.flatMap { Array(repeating: $0, count: pieces[$0].count) }
        return written(pieces, order: order)
    }
}

extension TruthRecord {
    /// What the record's own lines begin with in the default format: time, milliseconds and process.
    var linePrefix: String {
        let digits = String(milliseconds)
        return time + "." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + " \(pid) "
    }
}
