/// The common beat of an agent: what may wait a little is done at the next beat, together with everything else that may.
///
/// A machine that is woken for each line of each log spends more on waking than on the lines. Who waits for a beat waits
/// 10 ms on average.
package enum Pace {
    /// Between two beats, in nanoseconds.
    package static let beat: Int64 = 20_000_000

    /// The first beat at or after a monotonic time.
    package static func beat(from time: Int64) -> Int64 {
        let (sum, overflows) = time.addingReportingOverflow(beat - 1)
        return overflows ? .max : sum / beat * beat
    }

    /// The first beat after a monotonic time.
    package static func beat(after time: Int64) -> Int64 { beat(from: time + 1) }
}
