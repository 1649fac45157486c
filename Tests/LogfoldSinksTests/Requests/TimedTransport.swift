import LogfoldTestSupport
import LogfoldTransport

/// A server that takes so long for each request, and refuses what comes while it has too many of them: on a clock that
/// goes on only when somebody waits for an answer.
final class TimedTransport: HTTPTransport {
    /// What the server makes of a request: its answer, and after how many milliseconds that comes.
    typealias Service = (_ events: [String], _ inService: Int) -> (answer: ScriptedTransport.Outcome, after: Int64)

    private let clock: FakeClock
    private let eventsOfCall: (ScriptedTransport.Call) -> [String]
    private let service: Service
    private var coming: [(time: Int64, isTaken: Bool, result: TransportResult)] = []
    /// Events that it has stored, in the order of its answers.
    private(set) var stored: [String] = []
    private var eventsOf: [Int: [String]] = [:]
    /// Events of requests that it has taken and not answered yet.
    var unanswered: [String] { eventsOf.values.flatMap { $0 } }
    /// What was asked for.
    private(set) var calls: [ScriptedTransport.Call] = []

    init(
        _ clock: FakeClock, events: @escaping (ScriptedTransport.Call) -> [String] = \.events,
        _ service: @escaping Service
    ) {
        self.clock = clock
        eventsOfCall = events
        self.service = service
    }

    /// A server with room for so many requests at a time.
    static func withRoom(for capacity: Int, _ clock: FakeClock) -> TimedTransport {
        TimedTransport(clock) { events, inService in
            inService < capacity
                ? (TransportAnswer.bulk(events.map { _ in 201 }), after: 20) : (TransportAnswer.refused(429), after: 1)
        }
    }

    var inFlight: Int { coming.count }
    let bell: @Sendable () -> Void = {}
    let interruption: @Sendable () -> Void = {}

    func start(_ request: TransportRequest, number: Int) {
        let call = ScriptedTransport.Call(request)
        calls.append(call)
        let events = eventsOfCall(call)
        let (answer, after) = service(events, coming.count { $0.isTaken })
        let isTaken = if case .success(let answer) = answer { 200..<300 ~= answer.status } else { false }
        eventsOf[number] = isTaken ? events : []
        coming.append((clock.monotonic + after * 1_000_000, isTaken, TransportResult(number: number, answer)))
    }

    func next(until deadline: Int64?) -> TransportResult? {
        guard let first = coming.indices.min(by: { coming[$0].time < coming[$1].time }) else { return nil }
        let time = min(coming[first].time, deadline ?? .max)
        clock.advance(milliseconds: max(time - clock.monotonic, 0) / 1_000_000)
        guard coming[first].time <= clock.monotonic else { return nil }
        let result = coming.remove(at: first).result
        stored += eventsOf.removeValue(forKey: result.number) ?? []
        return result
    }
}
