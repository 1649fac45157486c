/// Takes events out of logfold one batch after the other, and says when they are safe; a file, the console.
///
/// A runner drives each sink on a thread of its own: it gives it batches with ``take(_:route:)`` and calls
/// ``commit()`` when the sink is full or its deadline has come. Only then is a batch acknowledged. What waits
/// uncommitted is bounded by the sink.
package protocol Sink: AnyObject {
    /// The name in the configuration.
    var name: String { get }
    /// Takes the events of a batch whose routes have this bit.
    func take(_ batch: Batch, route: UInt64)
    /// Whether so much is taken that it must be committed before more.
    var isFull: Bool { get }
    /// When what was taken has to be committed at the latest, by the monotonic clock; nil when nothing was taken.
    var deadline: Int64? { get }
    /// Brings everything that was taken to where it is safe. After an error nothing is lost: the call is made again
    /// after a while, and goes on where it stopped.
    func commit() throws(SinkFailure)
    /// What belongs to the state after the last ``commit()``: saved in the same write as the positions up to which
    /// the sink has acknowledged, and given back when the sink is made again. Empty where there is nothing.
    var state: [UInt8] { get }
    /// Gives everything back; nothing is taken that was not committed.
    func close()
    /// Bytes written so far, for `/metrics`.
    var bytesWritten: Int64 { get }
}

/// Why a sink cannot go on for now: it is tried again.
package struct SinkFailure: Error, Equatable, CustomStringConvertible {
    /// A sentence that names the thing and the reason.
    package var description: String
    /// How long not to try again at the least; nil where nobody has said.
    package var retryAfter: Duration?
    /// What is to blame if events are lost because of it; nil where it is the room alone.
    package var lossCause: String?

    /// A failure, as a sentence without capital and full stop.
    package init(_ description: String, retryAfter: Duration? = nil, lossCause: String? = nil) {
        self.description = description
        self.retryAfter = retryAfter
        self.lossCause = lossCause
    }
}
