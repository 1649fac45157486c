#if TestSinks
    package import LogfoldCore
    package import LogfoldIO
    import LogfoldParsing

    /// Sends events to a judge outside of the process, which takes them or not as a test wants it: JSON lines over a Unix
    /// socket. It fails, it is slow and picky, as sinks are whose servers nobody can make fail at will.
    ///
    /// A request is a line `{"request":7,"events":3}` and a line for each event; ``JudgeAnswer`` is the answer. No answer
    /// within the timeout is a failure, as is the end of the connection: the events are sent again.
    package final class TestSink: TallyingSink, InterruptibleSink {
        /// The name in the configuration.
        package let name: String
        private let options: TestSinkOptions
        private let clock: any Clock
        private let connection: JudgeConnection
        private let letters: DeadLetterFile
        private var lines = ByteBuffer()
        /// The events that were taken and are not yet settled.
        private var open: [ByteRange] = []
        private var takenSince: Int64?
        private var nextRequest = 0
        /// What became of the events.
        package private(set) var tally: SinkTally
        /// Bytes that the judge has taken.
        package private(set) var bytesWritten: Int64 = 0
        /// Ends a commit at once, from any thread.
        package let interrupt: @Sendable () -> Void

        /// A sink with the state of an earlier one; nothing is connected yet.
        package init(
            _ options: TestSinkOptions, name: String, fileSystem: any FileSystem, clock: any Clock,
            dataDirectory: String, restoring state: [UInt8]
        ) throws(SinkFailure) {
            self.options = options
            self.name = name
            self.clock = clock
            let interruption: JudgeConnection.Interruption
            do throws(FileSystemError) { interruption = try .init() } catch { throw SinkFailure("\(error)") }
            interrupt = { interruption.give() }
            connection = JudgeConnection(options.judge, clock: clock, interruption: interruption)
            letters = DeadLetterFile(
                sink: name, inDirectory: dataDirectory, maxBytes: options.deadLetterBytes, files: fileSystem)
            tally = RequestSinkState(state).tally
        }

        /// Takes the events of a batch that go here.
        package func take(_ batch: Batch, route: UInt64) {
            batch.withLines { bytes in
                for entry in batch.entries where entry.routes & route != 0 {
                    let start = lines.count
                    lines.append(bytes, Int(entry.start), Int(entry.start) + Int(entry.length))
                    open.append(ByteRange(start, lines.count))
                }
            }
            if takenSince == nil, !open.isEmpty { takenSince = clock.monotonic }
        }

        /// Whether there is enough for some requests.
        package var isFull: Bool { open.count >= 4 * options.requestEvents || lines.count >= 4 << 20 }

        /// When what was taken has to be sent.
        package var deadline: Int64? { takenSince.map { $0 + options.flush.nanoseconds } }

        /// Sends all that was taken; after an error the next call sends what the judge has not taken yet. Blocking.
        package func commit() throws(SinkFailure) {
            try letters.commit()
            while !open.isEmpty {
                let events = Array(open.prefix(options.requestEvents))
                let left = try judge(events)
                open.replaceSubrange(..<events.count, with: left.map { events[$0.item] })
                try letters.commit()
                if let first = left.first {
                    throw SinkFailure("\(left.count) events are refused for now: \(first.status) \(first.reason)")
                }
            }
            lines.removeAll()
            takenSince = nil
        }

        /// Lets the judge decide on some events; returns those that were refused for now.
        private func judge(_ events: [ByteRange]) throws(SinkFailure) -> [JudgeAnswer.Item] {
            try connection.open()
            let request = request(events)
            tally.sent += UInt64(events.count)
            let line = try connection.ask(request, timeout: options.timeout)
            guard let answer = JudgeAnswer(line), answer.request == nextRequest,
                answer.refused.allSatisfy({ $0.item < events.count })
            else { throw SinkFailure("the judge's answer is none: \(String(decoding: line, as: UTF8.self))") }
            guard answer.isAccepted else { throw SinkFailure(answer.reason, retryAfter: answer.retryAfter) }
            bytesWritten += Int64(request.count)
            for item in answer.refused where item.refusal == .rejected {
                let now = clock.now
                let event = events[item.item]
                lines.withSpan { span in
                    letters.append(
                        span.extracting(event.start..<event.end - 1), status: item.status, reason: item.reason, now: now
                    )
                }
                tally.deadLettered += 1
            }
            return answer.refused.filter { $0.refusal != .rejected }
        }

        private func request(_ events: [ByteRange]) -> [UInt8] {
            nextRequest += 1
            var request = Array("{\"request\":\(nextRequest),\"events\":\(events.count)}\n".utf8)
            lines.withSpan { span in
                for event in events {
                    unsafe span.extracting(event.start..<event.end).withUnsafeBytes {
                        unsafe request.append(contentsOf: $0)
                    }
                }
            }
            return request
        }

        /// What became of the events.
        package var state: [UInt8] { RequestSinkState(tally: tally).encoded }

        /// The connection is closed with the sink.
        package func close() {}
    }
#endif
