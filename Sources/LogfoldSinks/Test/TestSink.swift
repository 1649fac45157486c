#if TestSinks
    package import LogfoldCore
    package import LogfoldIO
    import LogfoldParsing

    /// Sends events to a judge outside of the process, which takes them or not as a test wants it: JSON lines over a Unix
    /// socket. It fails, it is slow and picky, as sinks are whose servers nobody can make fail at will.
    ///
    /// A request is a line `{"request":7,"events":3}` and a line for each event; ``JudgeAnswer`` is the answer. No answer
    /// within the timeout is a failure, as is the end of the connection: the events are sent again.
    package final class TestSink: PipeliningSink, TallyingSink, InterruptibleSink, HoldingSink {
        /// The name in the configuration.
        package let name: String
        private let options: TestSinkOptions
        private let clock: any Clock
        private let connection: JudgeConnection
        private let refusals: Refusals
        private var lines = ByteBuffer()
        /// The events that the judge has not taken yet, in order.
        private var open: [Event] = []
        private var takenSince: Int64?
        /// Whether the judge is to be asked, and why it has taken nothing or not all.
        package private(set) var isWaiting = false
        private var failure: SinkFailure?
        /// What is safe with the judge; and what is once it is saved that it was refused.
        private var safe = EventNumbers()
        private var unsaved = EventNumbers()
        private var isTryingAgain = false
        private var nextRequest = 0
        private var sent: UInt64
        /// Bytes that the judge has taken.
        package private(set) var bytesWritten: Int64 = 0
        /// Ends a commit at once, from any thread.
        package let interrupt: @Sendable () -> Void

        /// An event with the numbers that are settled with it.
        private struct Event {
            var line: ByteRange
            var numbers: Range<UInt64>
        }

        /// A sink with the state of an earlier one; nothing is connected yet.
        package init(
            _ options: TestSinkOptions, name: String, fileSystem: any FileSystem, clock: any Clock,
            dataDirectory: String, restoring state: [UInt8], report: @escaping SinkReport
        ) throws(SinkFailure) {
            self.options = options
            self.name = name
            self.clock = clock
            let interruption: JudgeConnection.Interruption
            do throws(FileSystemError) { interruption = try .init() } catch { throw SinkFailure("\(error)") }
            interrupt = { interruption.give() }
            connection = JudgeConnection(options.judge, clock: clock, interruption: interruption)
            let state = ServerSinkState(state)
            refusals = try Refusals(
                options.refusals, sink: name, inDirectory: dataDirectory, files: fileSystem, clock: clock,
                restoring: state.refusals, report: report)
            sent = state.tally.sent
        }

        /// Takes the events of a batch that go here.
        package func take(_ batch: Batch, route: UInt64, first: UInt64) {
            batch.withLines { bytes in
                for (at, entry) in batch.entries.enumerated() where entry.routes & route != 0 {
                    let start = lines.count
                    lines.append(bytes, Int(entry.start), Int(entry.start) + Int(entry.length))
                    let number = first + UInt64(at)
                    open.append(Event(line: ByteRange(start, lines.count), numbers: number..<number + 1))
                }
            }
            if takenSince == nil, !open.isEmpty { takenSince = clock.monotonic }
        }

        /// Whether there is enough for some requests.
        package var isFull: Bool { open.count >= 4 * options.requestEvents || lines.count >= 4 << 20 }

        /// When the judge has to be asked, or what was refused be saved.
        package var deadline: Int64? {
            if isWaiting { return nil }
            return unsaved.isEmpty ? takenSince.map { $0 + options.flush.nanoseconds } : clock.monotonic
        }

        /// A request at a time.
        package var requestLimit: Int { 1 }

        /// It waits for the judge and for nothing beside.
        package let bell: @Sendable () -> Void = {}

        /// Lets ``wait(until:)`` ask the judge.
        package func begin(isFlushing: Bool) {
            guard unsaved.isEmpty, !open.isEmpty, isFlushing || open.count >= options.requestEvents else { return }
            isWaiting = true
        }

        /// Sends a request, and waits for the judge's answer up to its timeout.
        package func wait(until deadline: Int64?) {
            guard isWaiting else { return }
            isWaiting = false
            let events = Array(open.prefix(options.requestEvents))
            do throws(SinkFailure) {
                let refused = try judge(bytes(of: events), count: events.count)
                let left = dispose(of: refused, of: events)
                open.replaceSubrange(..<events.count, with: left.map { events[$0.item] })
                if let first = left.first {
                    throw SinkFailure("\(left.count) events are refused for now: \(first.status) \(first.reason)")
                }
                isTryingAgain = false
            } catch {
                failure = error
                isTryingAgain = true
            }
            guard open.isEmpty else { return }
            lines.removeAll()
            takenSince = nil
        }

        /// What has become of the events.
        package func settle() -> Settlement {
            var settlement = Settlement()
            settlement.events = safe.take()
            do throws(SinkFailure) {
                try refusals.settle(&unsaved, into: &settlement)
            } catch {
                failure = failure ?? error
            }
            settlement.failure = failure
            settlement.isTryingAgain = isTryingAgain
            failure = nil
            return settlement
        }

        /// Gives what was refused to where it belongs, and notes what is safe; returns what is to be sent again.
        private func dispose(of refused: [JudgeAnswer.Item], of events: [Event]) -> [JudgeAnswer.Item] {
            let others = Set(refused.map(\.item))
            for at in events.indices where !others.contains(at) { safe.append(events[at].numbers) }
            return refused.filter { item in
                let event = events[item.item]
                let isGone = lines.withSpan { span in
                    let line = span.extracting(event.line.start..<event.line.end - 1)
                    switch item.refusal {
                    case .rejected: refusals.reject(line, status: item.status, reason: item.reason)
                    // Where all are held, it is the sink.
                    case .held where refused.count < events.count:
                        refusals.hold(line, status: item.status, reason: item.reason)
                    case .held, .busy: return false
                    }
                    return true
                }
                if isGone { unsaved.append(event.numbers) }
                return !isGone
            }
        }

        /// Lets the judge decide on so many lines; returns those that were refused.
        private func judge(_ lines: [UInt8], count: Int) throws(SinkFailure) -> [JudgeAnswer.Item] {
            try connection.open()
            nextRequest += 1
            sent += UInt64(count)
            let head = Array("{\"request\":\(nextRequest),\"events\":\(count)}\n".utf8)
            let line = try connection.ask(head + lines, timeout: options.timeout)
            guard let answer = JudgeAnswer(line), answer.request == nextRequest,
                answer.refused.allSatisfy({ $0.item < count })
            else { throw SinkFailure("the judge's answer is none: \(String(decoding: line, as: UTF8.self))") }
            guard answer.isAccepted else { throw SinkFailure(answer.reason, retryAfter: answer.retryAfter) }
            bytesWritten += Int64(head.count + lines.count)
            return answer.refused
        }

        private func bytes(of events: [Event]) -> [UInt8] {
            var bytes: [UInt8] = []
            lines.withSpan { span in
                for event in events {
                    unsafe span.extracting(event.line.start..<event.line.end).withUnsafeBytes {
                        unsafe bytes.append(contentsOf: $0)
                    }
                }
            }
            return bytes
        }

        /// What became of the events.
        package var tally: SinkTally {
            var tally = SinkTally()
            (tally.sent, tally.deadLettered) = (sent, refusals.deadLettered)
            return tally
        }

        /// What outlives the process.
        package var state: [UInt8] {
            ServerSinkState(tally: tally, refusals: refusals.state).encoded
        }

        /// The connection is closed with the sink.
        package func close() {}
    }

    // MARK: - What is held

    extension TestSink {
        /// Events that are refused for a reason that may pass.
        package var held: HeldSummary { refusals.held }
        /// When some of them are sent again.
        package var nextHeldTry: Int64? { refusals.nextTry }

        /// Sends some of them again.
        package func retryHeld() {
            refusals.retry(bytes: 1 << 20, events: options.requestEvents) { events in
                var results = events.map { _ in Refusals.Outcome.delivered }
                do throws(SinkFailure) {
                    let lines = events.flatMap { $0.line[$0.event.start..<$0.event.end] + [0x0A] }
                    for item in try judge(lines, count: events.count) {
                        results[item.item] =
                            item.refusal == .rejected ? .rejected(status: item.status, reason: item.reason) : .refused
                    }
                } catch {
                    return events.map { _ in .notTried }
                }
                return results
            }
        }
    }
#endif
