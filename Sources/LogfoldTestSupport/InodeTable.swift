import Synchronization

/// Gives files the lowest numbers that no other has, as a file system may: when a file is removed, the next one gets its
/// number.
package final class InodeTable: Sendable {
    private let numbers = Mutex<[UInt64: UInt64]>([:])

    /// A table in which every number is free.
    package init() {}

    /// The number of a file that the real file system knows by this one.
    package func number(of real: UInt64) -> UInt64 {
        numbers.withLock { numbers in
            if let number = numbers[real] { return number }
            let taken = Set(numbers.values)
            var number: UInt64 = 1
            while taken.contains(number) { number += 1 }
            numbers[real] = number
            return number
        }
    }

    /// Notes that a file has been removed.
    package func free(_ real: UInt64) { numbers.withLock { $0[real] = nil } }
}
