package import LogfoldIO
import Synchronization

/// A TCP server on the loopback that does with each connection what a test says, on a thread for each.
package final class ScriptedPeer: Sendable {
    /// A connection, as a test's script sees it.
    package struct Connection: Sendable {
        /// Counted from 0.
        package let number: Int
        private let socket: StreamSocket

        fileprivate init(_ socket: StreamSocket, number: Int) {
            self.socket = socket
            self.number = number
        }

        /// Reads until so many bytes have come, or the connection has ended.
        package func read(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count {
                switch socket.read(count - bytes.count, onto: &bytes) {
                case .moved: continue
                case .ended: return bytes
                case .wouldBlock:
                    var entries = [PollEntry(socket.descriptor, .input)]
                    _ = PollEntry.wait(for: &entries, milliseconds: nil)
                }
            }
            return bytes
        }

        /// Passes bytes on to a server and back, as a proxy does, until one of the two has ended.
        package func forward(to address: SocketAddress) throws {
            let server = try StreamSocket.connected(to: address, milliseconds: 10_000)
            let sides = [(socket, Connection(server, number: number)), (server, self)]
            while true {
                var entries = sides.map { PollEntry($0.0.descriptor, .input) }
                _ = PollEntry.wait(for: &entries, milliseconds: nil)
                for (entry, (from, to)) in zip(entries, sides) where entry.isReady {
                    var bytes: [UInt8] = []
                    if from.read(65_536, onto: &bytes) == .ended { return }
                    to.write(bytes)
                }
            }
        }

        /// Writes all of these bytes, or as many as go before the other side has gone.
        package func write(_ bytes: [UInt8]) {
            var offset = 0
            while offset < bytes.count {
                switch socket.write(bytes, from: offset) {
                case .moved(let count): offset += count
                case .ended: return
                case .wouldBlock:
                    var entries = [PollEntry(socket.descriptor, .output)]
                    _ = PollEntry.wait(for: &entries, milliseconds: nil)
                }
            }
        }
    }

    /// Where it listens.
    package let port: UInt16
    private let isOver = Atomic(false)

    /// A server that listens already. A connection is closed when its script ends.
    package init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        let address = try SocketAddress("127.0.0.1:0")
        let socket = try StreamSocket.listening(on: address)
        port = socket.port ?? 0
        _ = try DedicatedThread("peer") { [weak self] in
            var number = 0
            // Looks now and then whether the test still has the server.
            while self?.isOver.load(ordering: .relaxed) == false {
                var entries = [PollEntry(socket.descriptor, .input)]
                guard PollEntry.wait(for: &entries, milliseconds: 100), let taken = try? socket.accept(on: address)
                else { continue }
                let connection = Connection(taken, number: number)
                _ = try? DedicatedThread("peer-\(number)") { script(connection) }
                number += 1
            }
        }
    }

    deinit { isOver.store(true, ordering: .relaxed) }
}
