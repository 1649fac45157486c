import Glibc

/// The number of the user of this name, or that is written as a number; nil where the system knows none.
package func userNumber(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number == .max ? nil : number }
    return unsafe lookUp { buffer, size in
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        let code = unsafe getpwnam_r(name, &entry, buffer, size, &found)
        return (code, unsafe found?.pointee.pw_uid)
    }
}

/// The number of the group of this name, or that is written as a number; nil where the system knows none.
package func groupNumber(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number == .max ? nil : number }
    return unsafe lookUp { buffer, size in
        var entry = unsafe group()
        var found: UnsafeMutablePointer<group>?
        let code = unsafe getgrnam_r(name, &entry, buffer, size, &found)
        return (code, unsafe found?.pointee.gr_gid)
    }
}

/// Asks with more and more room for the names of a group's members, up to 1 MiB.
private func lookUp(_ ask: (UnsafeMutablePointer<CChar>, Int) -> (code: Int32, number: UInt32?)) -> UInt32? {
    var size = 1_024
    while size <= 1 << 20 {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
        defer { unsafe buffer.deallocate() }
        let answer = unsafe ask(buffer, size)
        if answer.code != ERANGE { return answer.number }
        size *= 4
    }
    return nil
}
