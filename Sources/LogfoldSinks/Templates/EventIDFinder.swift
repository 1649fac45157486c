import LogfoldCore
import LogfoldParsing

/// Finds `event.id`: where the engine has noted its place, without a look at the event.
struct EventIDFinder {
    private var finder = FieldFinder("event.id")

    /// The range of the id's text; nil where the event has none. `noted` is ``Batch/Entry/id``.
    mutating func find(_ line: RawSpan, _ range: ByteRange, noted: UInt32) -> ByteRange? {
        guard noted > 0 else { return finder.find(line, range) }
        let start = range.start + Int(noted)
        return ByteRange(start, start + Batch.Entry.idLength)
    }
}
