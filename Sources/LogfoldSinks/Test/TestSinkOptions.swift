#if TestSinks
    package import LogfoldConfig
    package import LogfoldIO

    /// What a test sink is to do: `socket` is required, the rest has defaults.
    package struct TestSinkOptions: Sendable {
        /// Where the judge listens.
        package var judge: SocketAddress
        /// Events of a request at the most.
        package var requestEvents = 500
        /// How long an event may wait for others, and a request for its answer.
        package var flush = Duration.milliseconds(20)
        package var timeout = Duration.seconds(5)
        /// What is done with events that are refused.
        package var refusals = RefusalOptions()

        /// The defaults.
        package init(judge: SocketAddress) { self.judge = judge }

        /// Reads the options of a section; nil where the socket is not right. What is wrong is noted in the section.
        package init?(_ section: ConfigSection) {
            let judge = Self.judge(section)
            var options = TestSinkOptions(judge: judge ?? .unix("/"))
            options.requestEvents = section.integer("max_events", in: 1...100_000, default: options.requestEvents)
            options.flush = section.duration("flush", in: .zero ... .seconds(3_600), default: options.flush)
            options.timeout = section.duration(
                "timeout", in: .milliseconds(1)...(.seconds(3_600)), default: options.timeout)
            options.refusals = RefusalOptions(section)
            guard judge != nil else { return nil }
            self = options
        }

        private static func judge(_ section: ConfigSection) -> SocketAddress? {
            guard let path = section.requiredText("socket") else { return nil }
            do throws(SocketAddress.Problem) {
                return try SocketAddress("unix:\(path)")
            } catch {
                section.problem("\(error)", at: "socket")
                return nil
            }
        }

        /// Bytes of memory that a sink holds at the most: what is taken in a buffer that may be half empty.
        package var memoryBound: Int { (16 << 20) + refusals.memoryBound }
    }
#endif
