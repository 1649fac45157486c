#if TestSinks
    import LogfoldConfig
    import LogfoldCore
    import LogfoldIO
    import LogfoldPipeline
    import LogfoldSinks

    /// The test sink as the pipeline sees it.
    struct TestOutput: SinkOptions {
        /// Nil where the section is wrong: then nothing is made of it.
        private let options: TestSinkOptions?

        /// Reads its section.
        init(_ section: ConfigSection) { options = TestSinkOptions(section) }

        var type: String { "test" }
        var needsOriginal: Bool { false }
        var memoryBound: Int { options?.memoryBound ?? 0 }
        var warnings: [String] { [] }

        func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
            guard let options else { throw SinkFailure("the sink is not configured") }
            return try TestSink(
                options, name: context.name, fileSystem: context.files, clock: context.clock,
                dataDirectory: context.dataDirectory, restoring: state, report: context.report)
        }
    }
#endif
