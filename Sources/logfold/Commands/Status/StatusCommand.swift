import LogfoldIO
import LogfoldPipeline

/// `logfold status`.
enum StatusCommand {
    /// Asks the agent and prints what it says.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let address = try AgentAddress.find(arguments, in: PosixFileSystem())
        let body: [UInt8]
        let status: AgentStatus
        do throws(StatusQuestion.Failure) {
            (status, body) = try StatusQuestion.ask(address)
        } catch {
            say(error, address)
            return .nothingToWorkWith
        }
        let shown: ExitCode
        if arguments.flag("json") {
            shown = Logfold.show(String(decoding: body, as: UTF8.self))
        } else {
            let style = StatusPage.Style(
                hasColor: Terminal.hasColors(try arguments.choice("color", as: Wanted.self)),
                showsAll: arguments.flag("all"))
            shown = Logfold.show(StatusPage.text(of: status, style))
        }
        guard shown == .done else { return shown }
        return status.unreadiness.isEmpty && status.findings.allSatisfy { $0.weight != .error } ? .done : .incomplete
    }

    private static func say(_ failure: StatusQuestion.Failure, _ address: SocketAddress) {
        Terminal.say(failure.description)
        switch failure {
        case .noAnswer:
            Terminal.say(
                "is the agent running? 'systemctl status logfold' tells; one that listens elsewhere is found by "
                    + "--address ADDRESS or -c FILE")
        case .otherAnswer:
            Terminal.say("give the address of the agent with --address ADDRESS or -c FILE")
        }
    }
}

/// Asks an agent for its status.
enum StatusQuestion {
    /// Why there is none.
    enum Failure: Error, CustomStringConvertible {
        /// No answer.
        case noAnswer(ControlClient.Failure)
        /// An answer that no agent gives.
        case otherAnswer(SocketAddress, code: Int)

        var description: String {
            switch self {
            case .noAnswer(let failure): failure.description
            case .otherAnswer(let address, let code):
                "what listens on \(address) is no logfold agent: it answers /status with \(code)"
            }
        }
    }

    /// The status, and the body that told it.
    static func ask(
        _ address: SocketAddress, milliseconds: Int32 = 5_000
    ) throws(Failure) -> (status: AgentStatus, body: [UInt8]) {
        let answer: ControlClient.Answer
        do throws(ControlClient.Failure) {
            answer = try ControlClient.get("/status", from: address, milliseconds: milliseconds)
        } catch {
            throw .noAnswer(error)
        }
        guard answer.code == 200, let status = StatusJSON.read(answer.body), !status.version.isEmpty else {
            throw .otherAnswer(address, code: answer.code)
        }
        return (status, answer.body)
    }
}
