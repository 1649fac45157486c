import CLinux
import Glibc

/// Whether the other machine's kernel has acknowledged all that was written to this TCP socket (tcp(7), `SIOCOUTQ`);
/// false where the descriptor is none.
package func hasEverythingArrived(_ socket: Int32) -> Bool {
    var bytes: Int32 = 0
    return unsafe logfold_unsent(socket, &bytes) == 0 && bytes == 0
}
