import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldPipeline

/// `logfold reload PID`.
enum ReloadCommand {
    /// Sends SIGHUP to an agent and says what came of it.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let address = try AgentAddress.find(arguments, in: files)
        let timeout = try arguments.duration("timeout")
        guard let pid = arguments.positionals.first.flatMap(Int32.init) else { return .usage }
        if let refusal = refusal(of: pid, in: files) {
            Terminal.say(refusal)
            return .nothingToWorkWith
        }
        // Asked before the signal, so that a reload that is quick is not missed.
        let before: Result<UInt64, Unknown>
        do throws(StatusQuestion.Failure) {
            let status = try StatusQuestion.ask(address).status
            before = status.pid == pid ? .success(status.reload.count) : .failure(.other(address, pid: status.pid))
        } catch {
            before = .failure(.failed(error))
        }
        guard kill(pid, SIGHUP) == 0 else {
            Terminal.say("cannot signal process \(pid)", Terminal.reason(errno))
            return .nothingToWorkWith
        }
        switch before {
        case .success(let count): return waitForEnd(of: pid, address, after: count, timeout)
        case .failure(let reason):
            Terminal.say("\(reason.description)")
            return Logfold.show("SIGHUP was sent; what came of it stands in the agent's own log\n")
        }
    }

    /// Why what came of it cannot be known.
    private enum Unknown: Error {
        case failed(StatusQuestion.Failure)
        case other(SocketAddress, pid: Int32)

        var description: String {
            switch self {
            case .failed(let failure): failure.description
            case .other(let address, let pid): "the agent that listens on \(address) is process \(pid)"
            }
        }
    }

    /// Why a process gets no signal: SIGHUP ends most programs.
    private static func refusal(of pid: Int32, in files: any FileSystem) -> String? {
        do throws(FileSystemError) {
            let name = try OpenFile("/proc/\(pid)/comm", in: files).readAll(limit: 64)
            let text = String(decoding: name.filter { $0 != 0x0A }, as: UTF8.self)
            return text == "logfold" ? nil : "process \(pid) is '\(text)', not logfold; it was not signalled"
        } catch {
            return error.isNotFound ? "there is no process \(pid)" : error.description
        }
    }

    /// Asks until the count of reloads has gone up.
    private static func waitForEnd(
        of pid: Int32, _ address: SocketAddress, after count: UInt64, _ timeout: Duration
    ) -> ExitCode {
        let clock = SystemClock()
        let deadline = clock.monotonic + timeout.nanoseconds
        while true {
            // An agent that is busy with its reload may be late with an answer.
            if let status = try? StatusQuestion.ask(address).status, status.pid == pid, status.reload.count > count {
                return say(status.reload)
            }
            if kill(pid, 0) != 0, errno == ESRCH {
                Terminal.say("process \(pid) has ended; its own log says why")
                return .incomplete
            }
            if clock.monotonic >= deadline {
                Terminal.say(
                    "the agent has not reloaded within \(Units.text(duration: timeout)); its own log tells, or a longer "
                        + "--timeout")
                return .incomplete
            }
            var nothing: [PollEntry] = []
            _ = PollEntry.wait(for: &nothing, milliseconds: 50)
        }
    }

    private static func say(_ reload: AgentStatus.ReloadStatus) -> ExitCode {
        for problem in reload.problems { _ = Terminal.write(Terminal.harmless(problem) + "\n", to: STDERR_FILENO) }
        if reload.lastResult == .refused {
            Terminal.say("the new configuration was refused; the old one goes on")
            return .incomplete
        }
        return Logfold.show("the new configuration is at work\n")
    }
}
