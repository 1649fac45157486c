import LogfoldTransport
import Synchronization

/// A transport without a network: a script answers each request, in their order.
final class ScriptedTransport: HTTPTransport {
    /// A request as the sink made it.
    struct Call {
        var url: String
        var headers: [String: String]
        var body: [UInt8]

        init(_ request: TransportRequest) {
            url = request.url
            headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }
            body = request.body
        }

        /// The lines of a body that is not compressed.
        var lines: [String] { String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init) }
        /// The events, which stand behind their action lines.
        var events: [String] { lines.indices.filter { !$0.isMultiple(of: 2) }.map { lines[$0] } }
    }

    /// What the script says of a request.
    typealias Outcome = Result<TransportAnswer, TransportFailure>

    private let script: (Call) -> Outcome
    private var waiting: [TransportResult] = []
    private let isInterrupted = Shared(false)
    private(set) var calls: [Call] = []
    /// The most requests that were in flight.
    private(set) var mostInFlight = 0

    init(_ script: @escaping (Call) -> Outcome) { self.script = script }

    var inFlight: Int { waiting.count }

    var interruption: @Sendable () -> Void {
        let flag = isInterrupted
        return { flag.value.withLock { $0 = true } }
    }

    let bell: @Sendable () -> Void = {}

    func start(_ request: TransportRequest, number: Int) {
        let call = Call(request)
        calls.append(call)
        waiting.append(TransportResult(number: number, script(call)))
        mostInFlight = max(mostInFlight, waiting.count)
    }

    func next(until deadline: Int64?) -> TransportResult? {
        guard !waiting.isEmpty else { return nil }
        let result = waiting.removeFirst()
        let isOver = isInterrupted.value.withLock { $0 }
        return isOver ? TransportResult(number: result.number, .failure(.interrupted)) : result
    }

    private final class Shared: Sendable {
        let value: Mutex<Bool>

        init(_ value: Bool) { self.value = Mutex(value) }
    }
}

extension TransportAnswer {
    /// An answer of `_bulk` with an item for each of these statuses.
    static func bulk(_ statuses: [Int]) -> ScriptedTransport.Outcome {
        let items = statuses.map { status in
            let error = status < 300 ? "" : #","error":{"type":"type_\#(status)","reason":"why \#(status)"}"#
            return #"{"create":{"status":\#(status)\#(error)}}"#
        }
        let errors = statuses.contains { $0 >= 300 }
        let body = #"{"errors":\#(errors),"took":1,"items":[\#(items.joined(separator: ","))]}"#
        return .success(TransportAnswer(status: 200, body: Array(body.utf8)))
    }

    /// An answer that stores all events of a request that is not compressed.
    static func stored(_ call: ScriptedTransport.Call) -> ScriptedTransport.Outcome {
        bulk(call.events.map { _ in 201 })
    }

    /// An answer that refuses a request whole.
    static func refused(
        _ status: Int, _ type: String = "some_exception", headers: [String: String] = [:]
    ) -> ScriptedTransport.Outcome {
        let body = #"{"error":{"root_cause":[],"type":"\#(type)","reason":"because"},"status":\#(status)}"#
        return .success(TransportAnswer(status: status, headers: headers, body: Array(body.utf8)))
    }
}
