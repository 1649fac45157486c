/// `logfold schema`.
enum SchemaCommand {
    /// Prints the JSON Schema of the events.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        Logfold.show(EventSchema.text)
    }
}
