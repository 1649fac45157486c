/// Sends HTTP requests, several at a time, and hands out their answers as they come.
///
/// Driven by the thread that owns it: nothing moves but inside of ``start(_:number:)`` and ``next(until:)``. No
/// request is ever repeated unseen: one that may or may not have reached the server ends in a failure.
package protocol HTTPTransport: AnyObject {
    /// Begins a request. `number` is the caller's own, and no other request in flight has it.
    func start(_ request: TransportRequest, number: Int)
    /// How many requests have been begun and not been handed out by ``next(until:)``.
    var inFlight: Int { get }
    /// Waits for the next answer or failure. Nil when nothing is in flight, or when `deadline` of the monotonic clock,
    /// in nanoseconds, came first, or ``bell``.
    func next(until deadline: Int64?) -> TransportResult?
    /// Ends a ``next(until:)`` at once, or else the next one; from any thread.
    var bell: @Sendable () -> Void { get }
    /// Ends everything in flight at once, from any thread: each request fails with
    /// ``TransportFailure/Kind/interrupted``, and so does each later one.
    var interruption: @Sendable () -> Void { get }
}

/// A request to a server.
package struct TransportRequest: Sendable {
    /// What is asked for.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    /// What is asked for.
    package var method: Method
    /// The whole address: `https://es1:9200/_bulk`.
    package var url: String
    /// Names and values. `Content-Length` is made of the body; a value must be free of line ends.
    package var headers: [(name: String, value: String)]
    /// What is sent; empty with ``Method/get``.
    package var body: [UInt8]

    /// A request.
    package init(
        _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What a server has answered.
package struct TransportAnswer: Sendable, Equatable {
    /// The status, such as 200.
    package var status: Int
    /// By name in lower case; of several with one name the values are joined by a comma and a blank.
    package var headers: [String: String]
    /// The body, decompressed.
    package var body: [UInt8]

    /// An answer.
    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no answer.
package struct TransportFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller may want to tell apart.
    package enum Kind: Sendable, Equatable {
        /// There is no such host, or nobody listens: the request was not sent.
        case unreachable
        /// The two could not agree on an encrypted connection, or the certificate is not to be trusted: not sent.
        case tls
        /// No answer in time. Whether the request was carried out is not known.
        case timedOut
        /// The connection ended before the answer was complete. Whether the request was carried out is not known.
        case cut
        /// The same, before all of the body was sent: so a server may refuse a body that is too large for it.
        case cutWhileSending
        /// The answer is longer than any that is wanted.
        case tooLong
        /// ``HTTPTransport/interruption`` was called.
        case interrupted
        /// The request could not even be made.
        case invalid
    }

    /// What a caller may want to tell apart.
    package var kind: Kind
    /// A sentence without capital and full stop, with a way out where there is one.
    package var description: String

    /// A failure.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// What became of a request.
package struct TransportResult: Sendable {
    /// The number that it was begun with.
    package var number: Int
    /// The answer, or why there is none.
    package var outcome: Result<TransportAnswer, TransportFailure>

    /// A result.
    package init(number: Int, _ outcome: Result<TransportAnswer, TransportFailure>) {
        self.number = number
        self.outcome = outcome
    }
}
