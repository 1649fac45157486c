import Foundation
import Glibc
import LogfoldTestSupport
import Testing

@testable import LogfoldIO

@Suite("The service manager")
struct ServiceNotifierTests {
    /// A socket such as the service manager listens on.
    final class Manager {
        private let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

        init(_ address: String) throws {
            let name = try #require(UnixAddress(address))
            #expect(name.withPointer { bind(socket, $0, $1) } == 0)
        }

        deinit { close(socket) }

        /// The next datagram; they are there once the sender has returned.
        func next() -> String? {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    func notifier(_ environment: [String: String]) -> ServiceNotifier {
        ServiceNotifier(process: 77) { environment[$0] }
    }

    @Test("each state is one datagram")
    func states() throws {
        let directory = try ScratchDirectory()
        let manager = try Manager(directory.path + "/notify")
        let notifier = notifier(["NOTIFY_SOCKET": directory.path + "/notify"])
        notifier.ready(status: "3 inputs, 2 sinks\nREADY=0")
        notifier.reloading(monotonic: 12_345_678_999)
        notifier.alive()
        notifier.stopping()
        #expect(manager.next() == "READY=1\nSTATUS=3 inputs, 2 sinks READY=0")
        #expect(manager.next() == "RELOADING=1\nMONOTONIC_USEC=12345678")
        #expect(manager.next() == "WATCHDOG=1")
        #expect(manager.next() == "STOPPING=1")
        #expect(manager.next() == nil)
    }

    @Test("an abstract name is a socket too")
    func abstractName() throws {
        let name = "@logfold-test-\(UUID().uuidString)"
        let manager = try Manager(name)
        notifier(["NOTIFY_SOCKET": name]).ready()
        #expect(manager.next() == "READY=1")
    }

    @Test(
        "without a socket that is understood nothing is sent and nothing fails",
        arguments: [nil, "", "relative", "@", "/nobody/listens", "/" + String(repeating: "x", count: 200), "vsock:2:1"]
            as [String?])
    func noSocket(address: String?) {
        let notifier = notifier(address.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        #expect(!notifier.send(["READY=1"]))
    }

    @Test("a manager that does not read cannot stop the agent", .timeLimit(.minutes(1)))
    func fullSocket() throws {
        let directory = try ScratchDirectory()
        let manager = try Manager(directory.path + "/notify")
        let notifier = notifier(["NOTIFY_SOCKET": directory.path + "/notify"])
        var sent = 0
        while notifier.send(["WATCHDOG=1"]) { sent += 1 }
        #expect(sent > 0)
        #expect(manager.next() == "WATCHDOG=1")
    }

    @Test(
        "the watchdog's period is that of this process",
        arguments: [
            (["WATCHDOG_USEC": "30000000"], .seconds(30)),
            (["WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "77"], .milliseconds(1500)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_USEC": "-1"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func watchdog(environment: [String: String], period: Duration?) {
        #expect(notifier(environment).watchdogPeriod == period)
    }
}
