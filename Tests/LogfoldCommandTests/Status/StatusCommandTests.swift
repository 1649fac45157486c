import Foundation
import Glibc
import LogfoldIO
import LogfoldPipeline
import Synchronization
import Testing

@testable import logfold

/// A server in the place of an agent's.
final class AgentStub {
    let server: ControlServer
    var address: String { "\(server.address)" }

    init(_ status: @escaping @Sendable () -> AgentStatus) throws {
        server = try ControlServer(
            SocketAddress("127.0.0.1:0"), clock: SystemClock(),
            diagnostics: Diagnostics(minimum: .error, files: PosixFileSystem()), status: status)
    }

    deinit { server.stop() }
}

@Suite("logfold status")
struct StatusCommandTests {
    @Test("prints the page, and its exit status says whether all is well")
    func page() throws {
        let well = try AgentStub { StatusPageTests.healthy }
        let shown = try Program.run(["status", "--address", well.address])
        #expect(shown.output == StatusPage.text(of: StatusPageTests.healthy, StatusPageTests.plain))
        #expect(shown.status == 0 && shown.messages == "")
        let ill = try AgentStub { StatusPageTests.sick }
        let coloured = try Program.run(["status", "--address=\(ill.address)", "--color=always"])
        #expect(coloured.output.contains("\u{1B}[31;1mnot ready\u{1B}[0m") && coloured.status == 1)
    }

    @Test("prints the agent's own JSON")
    func json() throws {
        let agent = try AgentStub { StatusPageTests.healthy }
        let shown = try Program.run(["status", "--json", "--address", agent.address])
        #expect(shown.output == StatusJSON.text(StatusPageTests.healthy) && shown.status == 0)
    }

    @Test("finds the address in the configuration, whatever else is wrong there")
    func configuration() throws {
        let agent = try AgentStub { StatusPageTests.healthy }
        let scratch = try Scratch()
        let path = try scratch.file("logfold.yaml", "sinks: 7\nunknown: x\nmetrics: { listen: \"\(agent.address)\" }\n")
        #expect(try Program.run(["status", "-c", path]).status == 0)
    }

    @Test("an agent that cannot be reached is exit status 3 with what to do")
    func unreachable() throws {
        let address = try AgentStub { StatusPageTests.healthy }.address
        let shown = try Program.run(["status", "--address", address])
        #expect(shown.status == 3 && shown.output == "")
        #expect(
            shown.messages == """
                logfold: cannot connect to \(address): nobody listens there
                logfold: is the agent running? 'systemctl status logfold' tells; one that listens elsewhere is found by \
                --address ADDRESS or -c FILE

                """)
    }

    @Test("what is no agent is told apart")
    func otherServer() throws {
        let listener = try StreamSocket.listening(on: SocketAddress("127.0.0.1:0"))
        let address = try SocketAddress("127.0.0.1:\(try #require(listener.port))")
        let thread = try DedicatedThread("other") {
            var entries = [PollEntry(listener.descriptor, .input)]
            _ = PollEntry.wait(for: &entries, milliseconds: 20_000)
            guard let client = try? listener.accept(on: address) else { return }
            _ = client.write(Array("HTTP/1.1 404 Not Found\r\n\r\n".utf8), from: 0)
            client.endWriting()
            entries = [PollEntry(client.descriptor, .input)]
            _ = PollEntry.wait(for: &entries, milliseconds: 20_000)
            var rest: [UInt8] = []
            _ = client.read(4_096, onto: &rest)
        }
        let shown = try Program.run(["status", "--address", "\(address)"])
        thread.join()
        #expect(shown.status == 3)
        #expect(
            shown.messages.hasPrefix(
                "logfold: what listens on \(address) is no logfold agent: it answers /status with 404\n"))
    }

    @Test(
        "an address that is none, and a configuration without one, are usage errors",
        arguments: [
            (
                ["--address", "controller:9598"],
                "--address: 'controller:9598' cannot be used: 'controller' is no address"
            ),
            (["-c", "FILE"], "logfold.yaml' says that the agent serves no status: metrics.enabled is false"),
            (["-c", "/nowhere/x.yaml"], "/nowhere/x.yaml:1:1: "),
        ])
    func usage(arguments: [String], message: String) throws {
        let scratch = try Scratch()
        let path = try scratch.file("logfold.yaml", "metrics: { enabled: false }\n")
        let shown = try Program.run(["status"] + arguments.map { $0 == "FILE" ? path : $0 })
        #expect(shown.status == 2 && shown.messages.contains(message), "\(shown.messages)")
    }
}

@Suite("logfold reload", .timeLimit(.minutes(2)))
struct ReloadCommandTests {
    /// The program waiting for input, in the place of an agent: SIGHUP ends it, or is ignored by it.
    final class Victim {
        let process = Process()
        private let input = Pipe()
        private let output = Pipe()

        init(ignoresSignal: Bool) throws {
            // A test's thread may have signals blocked, and its children with it; env takes that back.
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                ignoresSignal ? "--ignore-signal=HUP" : "--default-signal=HUP", Program.url.path, "--line-buffered",
            ]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            // An event of it shows that it is the program by now, and not env.
            input.fileHandleForWriting.write(Data("2026-11-22 10:00:00.000 1 INFO a [-] b\n".utf8))
            #expect(!output.fileHandleForReading.availableData.isEmpty)
        }

        deinit {
            if process.isRunning { kill(pid, SIGKILL) }
            process.waitUntilExit()
        }

        var pid: Int32 { process.processIdentifier }

        /// Waits for its end and returns the signal that ended it.
        func signal() -> Int32 {
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0
        }
    }

    /// An agent whose first answer is from before the reload, and the later ones from after it.
    func agent(_ pid: Int32, _ change: @escaping @Sendable (inout AgentStatus.ReloadStatus) -> Void) throws -> AgentStub
    {
        let asked = Atomic<Int>(0)
        return try AgentStub {
            var status = StatusPageTests.healthy
            status.pid = pid
            status.reload.count = 4
            // The third, so that waiting is seen too.
            if asked.add(1, ordering: .relaxed).newValue > 2 {
                status.reload.count = 5
                change(&status.reload)
            }
            return status
        }
    }

    @Test("waits until the agent has taken the new configuration")
    func taken() throws {
        let victim = try Victim(ignoresSignal: true)
        let agent = try agent(victim.pid) { $0.lastResult = .taken }
        let shown = try Program.run(["reload", "\(victim.pid)", "--address", agent.address])
        #expect(shown.output == "the new configuration is at work\n" && shown.status == 0, "\(shown.messages)")
    }

    @Test("prints why the new configuration was refused, and is exit status 1")
    func refused() throws {
        let victim = try Victim(ignoresSignal: true)
        let agent = try agent(victim.pid) { reload in
            reload.lastResult = .refused
            reload.problems = ["a.yaml:1:2: unknown key 'x'", "a.yaml:7:1: no sink"]
        }
        let shown = try Program.run(["reload", "\(victim.pid)", "--address", agent.address])
        #expect(shown.status == 1 && shown.output == "")
        #expect(
            shown.messages == """
                a.yaml:1:2: unknown key 'x'
                a.yaml:7:1: no sink
                logfold: the new configuration was refused; the old one goes on

                """)
    }

    @Test("sends the signal also where nobody can say what came of it")
    func unknown() throws {
        let victim = try Victim(ignoresSignal: false)
        let other = try agent(1) { _ in }
        let shown = try Program.run(["reload", "\(victim.pid)", "--address", other.address])
        #expect(shown.status == 0)
        #expect(shown.messages == "logfold: the agent that listens on \(other.address) is process 1\n")
        #expect(shown.output == "SIGHUP was sent; what came of it stands in the agent's own log\n")
        #expect(victim.signal() == SIGHUP)
    }

    @Test("an agent that does not reload in time, or ends, is exit status 1", arguments: [true, false])
    func noReload(ignoresSignal: Bool) throws {
        let victim = try Victim(ignoresSignal: ignoresSignal)
        let pid = victim.pid
        let agent = try AgentStub {
            var status = StatusPageTests.healthy
            status.pid = pid
            return status
        }
        let time = ignoresSignal ? "10ms" : "60s"
        let shown = try Program.run(["reload", "\(pid)", "--address", agent.address, "--timeout", time])
        #expect(shown.status == 1)
        let message =
            ignoresSignal
            ? "the agent has not reloaded within 10ms; its own log tells, or a longer --timeout"
            : "process \(pid) has ended; its own log says why"
        #expect(shown.messages == "logfold: \(message)\n")
    }

    @Test("a process that is no agent is not signalled")
    func otherProcess() throws {
        let sleeper = Process()
        sleeper.executableURL = URL(filePath: "/bin/sleep")
        sleeper.arguments = ["600"]
        try sleeper.run()
        defer {
            kill(sleeper.processIdentifier, SIGKILL)
            sleeper.waitUntilExit()
        }
        let pid = sleeper.processIdentifier
        let shown = try Program.run(["reload", "\(pid)", "--address", "127.0.0.1:1"])
        #expect(shown.status == 3 && sleeper.isRunning)
        #expect(shown.messages == "logfold: process \(pid) is 'sleep', not logfold; it was not signalled\n")
    }

    @Test("a process that is not there is said")
    func noProcess() throws {
        let shown = try Program.run(["reload", "2147483647", "--address", "127.0.0.1:1"])
        #expect(shown.status == 3 && shown.messages == "logfold: there is no process 2147483647\n")
    }
}
