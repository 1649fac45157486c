package import Glibc

/// The address of a Unix socket: a path, or a name of Linux's abstract namespace, written with an `@` in front.
package struct UnixAddress {
    /// How many bytes fit, with the zero that ends a path.
    package static let capacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    private let raw: sockaddr_un
    private let length: socklen_t

    /// An address, or nil where the text is empty, too long for the system or holds a zero byte.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count < Self.capacity, !bytes.contains(0) else { return nil }
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        raw = address
        // An abstract name ends where the length says; a zero behind it would belong to the name.
        let prefix = MemoryLayout<sockaddr_un>.size - Self.capacity
        length = socklen_t(prefix + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Lends the address as system calls take it.
    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}
