#if TestSinks
    import LogfoldCore
    import LogfoldIO
    import Synchronization

    /// The connection of a test sink to its judge: a request at a time, begun anew after every failure.
    final class JudgeConnection {
        private let judge: SocketAddress
        private let clock: any Clock
        private let interruption: Interruption
        private var socket: StreamSocket?
        private var received: [UInt8] = []

        /// Ends what is waited for, from any thread.
        final class Interruption: Sendable {
            fileprivate let wake: WakeSignal
            private let isGiven = Atomic(false)

            init() throws(FileSystemError) { wake = try WakeSignal() }

            /// Whether it was given.
            var isOver: Bool { isGiven.load(ordering: .relaxed) }

            func give() {
                isGiven.store(true, ordering: .relaxed)
                wake.wake()
            }
        }

        init(_ judge: SocketAddress, clock: any Clock, interruption: Interruption) {
            self.judge = judge
            self.clock = clock
            self.interruption = interruption
        }

        /// Makes a connection where there is none.
        func open() throws(SinkFailure) {
            guard socket == nil else { return }
            received = []
            do throws(SocketError) {
                socket = try StreamSocket.connected(to: judge, milliseconds: 1_000)
            } catch {
                throw SinkFailure(error.description)
            }
        }

        /// Sends lines and returns the line that is the answer, without its newline. After a failure the next request
        /// begins a connection, so that a late answer is never taken for another's.
        func ask(_ lines: [UInt8], timeout: Duration) throws(SinkFailure) -> [UInt8] {
            try open()
            do throws(SinkFailure) {
                let deadline = clock.monotonic + timeout.nanoseconds
                try send(lines, until: deadline)
                return try answer(until: deadline)
            } catch {
                socket = nil
                throw error
            }
        }

        private func send(_ lines: [UInt8], until deadline: Int64) throws(SinkFailure) {
            var sent = 0
            while sent < lines.count {
                switch socket?.write(lines, from: sent) {
                case .moved(let count): sent += count
                case .wouldBlock: try wait(for: .output, until: deadline)
                case .ended, nil: throw SinkFailure("\(judge) has closed the connection")
                }
            }
        }

        private func answer(until deadline: Int64) throws(SinkFailure) -> [UInt8] {
            while true {
                if let end = received.firstIndex(of: 0x0A) {
                    defer { received.removeSubrange(...end) }
                    return Array(received[..<end])
                }
                switch socket?.read(65_536, onto: &received) {
                case .moved: continue
                case .wouldBlock: try wait(for: .input, until: deadline)
                case .ended, nil: throw SinkFailure("\(judge) has closed the connection")
                }
            }
        }

        private func wait(for readiness: Readiness, until deadline: Int64) throws(SinkFailure) {
            guard let socket, !interruption.isOver else { throw SinkFailure("it was told to stop") }
            let left = (deadline - clock.monotonic) / 1_000_000
            guard left > 0 else { throw SinkFailure("\(judge) does not answer") }
            var entries = [
                PollEntry(socket.descriptor, readiness), PollEntry(interruption.wake.descriptor, .input),
            ]
            _ = PollEntry.wait(for: &entries, milliseconds: Int32(clamping: left))
        }
    }
#endif
