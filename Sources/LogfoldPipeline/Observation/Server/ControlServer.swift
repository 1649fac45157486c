package import LogfoldIO

/// Serves `/metrics`, `/status`, `/healthz` and `/readyz` by HTTP/1.1, on one thread of its own.
///
/// Nobody has to be trusted with it: a request has a bounded size and time, an answer too, and there are no more than
/// sixteen connections, of which the oldest gives way. So a slow client costs a file descriptor for a while and nothing
/// else. Each answer ends its connection. There is no TLS and no password: it listens on this machine only, unless it
/// is told otherwise.
package final class ControlServer: Sendable {
    /// Where it listens; a port that the system was to choose is the one that it chose.
    package let address: SocketAddress
    private let wake: WakeSignal
    private let thread: DedicatedThread

    /// Where it listens unless it is told otherwise.
    package static let defaultAddress = SocketAddress.ipv4("127.0.0.1", port: 9598)

    /// Why a server cannot begin.
    package enum Refusal: Error, CustomStringConvertible {
        /// The address cannot be had.
        case socket(SocketError)
        /// Another system call failed.
        case file(FileSystemError)

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .socket(let error): error.description
            case .file(let error): error.description
            }
        }
    }

    /// What a client may take.
    struct Limits {
        /// Connections at a time.
        var connections = 16
        /// Nanoseconds for the request, for the answer, and for the client to go behind it.
        var request: Int64 = 5_000_000_000
        var answer: Int64 = 10_000_000_000
        var leaving: Int64 = 1_000_000_000
    }

    /// Listens and answers from now on. `status` is called on the server's thread for each page that needs it; it
    /// should not take long, and one that does makes other requests wait, nothing else.
    package convenience init(
        _ address: SocketAddress, clock: any Clock, diagnostics: Diagnostics,
        status: @escaping @Sendable () -> AgentStatus
    ) throws(Refusal) {
        try self.init(address, limits: Limits(), clock: clock, diagnostics: diagnostics, status: status)
    }

    init(
        _ address: SocketAddress, limits: Limits, clock: any Clock, diagnostics: Diagnostics,
        status: @escaping @Sendable () -> AgentStatus
    ) throws(Refusal) {
        let listener: StreamSocket
        do throws(SocketError) {
            listener = try .listening(on: address)
        } catch {
            throw .socket(error)
        }
        let actual = address.withPort(listener.port)
        self.address = actual
        do throws(FileSystemError) {
            let wake = try WakeSignal()
            self.wake = wake
            thread = try DedicatedThread("status") {
                var loop = ControlLoop(
                    listener: listener, address: actual, wake: wake, limits: limits, clock: clock,
                    diagnostics: diagnostics, status: status)
                loop.run()
            }
        } catch {
            throw .file(error)
        }
        if actual.isLocal {
            diagnostics.info("Serves metrics and status", [("address", "\(actual)")])
        } else {
            diagnostics.warning(
                "Metrics and status are served to other machines: they tell paths and errors, and nobody is asked for a "
                    + "password", [("address", "\(actual)")])
        }
    }

    /// Ends all connections and gives the address back; to be called once.
    package func stop() {
        wake.wake()
        thread.join()
        address.removeSocketFile()
    }
}
