import Glibc

/// A system call on a socket that failed: what was tried, with which address, and why.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    /// What was tried.
    package enum Operation: String, Sendable {
        /// Waiting for connections.
        case listen = "listen on"
        /// Making a connection.
        case connect = "connect to"
        /// Taking a connection.
        case accept = "take a connection on"
    }

    /// The `errno` of the call.
    package let code: Int32
    /// What was tried.
    package let operation: Operation
    /// The address.
    package let address: String

    /// A failed call.
    package init(code: Int32, operation: Operation, address: String) {
        self.code = code
        self.operation = operation
        self.address = address
    }

    /// The failure that the last call of this thread has left in `errno`.
    static func last(_ operation: Operation, _ address: SocketAddress) -> SocketError {
        SocketError(code: errno, operation: operation, address: "\(address)")
    }

    /// A sentence without capital and full stop, with a way out where there is one.
    package var description: String { "cannot \(operation.rawValue) \(address): \(reason)" }

    /// The second half of the sentence.
    package var reason: String {
        switch code {
        case EADDRINUSE: "another program uses it already; stop that program, or choose another port or path"
        case EADDRNOTAVAIL: "no interface of this machine has that address; see 'ip address'"
        case EACCES, EPERM: "permission denied; ports below 1024 are root's, and a socket's folder must be writable"
        case ECONNREFUSED: "nobody listens there"
        case ENOENT: "there is no such socket"
        case ETIMEDOUT: "there was no answer in time"
        case EAFNOSUPPORT: "this machine has no addresses of that kind (is IPv6 off?)"
        default: FileSystemError(code: code, operation: .open, path: address).reason
        }
    }
}
