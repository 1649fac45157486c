import LogfoldConfig
import LogfoldIO
import LogfoldPipeline

/// Where `logfold status` and `logfold reload` find the agent.
enum AgentAddress {
    /// The address that `--address` names, else `metrics.listen` of the configuration, else the default.
    ///
    /// A configuration that is wrong elsewhere does not matter; where none was named, neither does one that cannot be
    /// read at all: the agent may run with what was there before.
    static func find(_ arguments: ParsedArguments, in files: any FileSystem) throws(UsageError) -> SocketAddress {
        if let text = arguments.text("address") { return try address(text, in: "--address", arguments) }
        let path = arguments.text("config") ?? ""
        let isNamed = arguments.values["config"] != nil
        let document = Configuration.read(path: path, environment: ConfigurationFile.environment(in: files))
        guard isNamed || files.isReadable(path) else { return ControlServer.defaultAddress }
        if isNamed, document.root.keys.isEmpty, let problem = document.problems.first {
            throw error("\(problem)", arguments)
        }
        guard let metrics = document.root.section("metrics") else { return ControlServer.defaultAddress }
        if !metrics.flag("enabled", default: true) {
            throw error("'\(path)' says that the agent serves no status: metrics.enabled is false", arguments)
        }
        guard let text = metrics.text("listen") else { return ControlServer.defaultAddress }
        return try address(text, in: "metrics.listen of '\(path)'", arguments)
    }

    private static func address(
        _ text: String, in place: String, _ arguments: ParsedArguments
    ) throws(UsageError) -> SocketAddress {
        do throws(SocketAddress.Problem) {
            return try SocketAddress(text).reachable
        } catch {
            throw self.error("\(place): \(error.description)", arguments)
        }
    }

    private static func error(_ message: String, _ arguments: ParsedArguments) -> UsageError {
        UsageError(kind: .invalidValue, message: message, command: arguments.command.name)
    }
}

extension SocketAddress {
    /// What to connect to where an agent listens on all addresses of its machine.
    fileprivate var reachable: SocketAddress {
        switch self {
        case .ipv4("0.0.0.0", let port): .ipv4("127.0.0.1", port: port)
        case .ipv6("::", let port): .ipv6("::1", port: port)
        case .ipv4, .ipv6, .unix: self
        }
    }
}
