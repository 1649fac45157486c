/// Mixes the lines of a recording's processes, as several workers mix them that write their lines to one stream.
///
/// In turns a worker writes one to five lines; bare lines stay with the line before them, and the order within a
/// process is kept. No worker gets more than a second ahead of the slowest in the log's time, so that the result could
/// have been written by one machine. The same recording and seed give the same bytes.
package struct Interleaver {
    private let recording: Recording
    private let pieces: [[Recording.Piece]]
    private var random: SplitMix64
    private var workers: [Worker]

    /// One process: its records, and how far it has written.
    private struct Worker {
        var records: ArraySlice<Int>
        var written = 0
    }

    /// A mixer of `recording` by `seed`.
    package init(_ recording: Recording, seed: UInt64) {
        self.recording = recording
        pieces = recording.pieces()
        random = SplitMix64(seed: seed)
        var byProcess: [Int: [Int]] = [:]
        for (number, record) in recording.records.enumerated() { byProcess[record.pid, default: []].append(number) }
        workers = recording.processes.map { Worker(records: (byProcess[$0] ?? [])[...]) }
    }

    /// The mixed recording.
    package mutating func mixed() -> Recording {
        var order: [Int] = []
        while let limit = latestAllowed() {
            let ready = workers.indices.filter { (nextTime(of: $0) ?? .max) <= limit }
            let worker = ready[random.number(in: 0...ready.count - 1)]
            for _ in 0..<random.number(in: 1...5) {
                guard let time = nextTime(of: worker), time <= limit, let record = write(worker) else { break }
                order.append(record)
            }
        }
        return recording.written(pieces, order: order)
    }

    /// A second after the next line of the worker that is furthest behind; nil when all is written.
    private func latestAllowed() -> Int64? {
        workers.indices.compactMap { nextTime(of: $0) }.min().map { $0 + 1_000_000_000 }
    }

    private func nextTime(of worker: Int) -> Int64? {
        workers[worker].records.first.flatMap { recording.records[$0].nanoseconds }
    }

    /// Writes a worker's next piece; returns its record.
    private mutating func write(_ worker: Int) -> Int? {
        guard let record = workers[worker].records.first else { return nil }
        workers[worker].written += 1
        if workers[worker].written == pieces[record].count {
            workers[worker].records.removeFirst()
            workers[worker].written = 0
        }
        return record
    }
}
