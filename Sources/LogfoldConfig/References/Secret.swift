internal import Synchronization

/// A value that must not be printed: a password, a token, a key.
///
/// Whatever prints it prints `***`. The value is had by ``reveal()`` only, where it is needed and not before.
package final class Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let read: @Sendable () throws(SecretError) -> String
    private let value: Mutex<String>

    /// A secret that somebody else's file holds; `read` gives its value now, and is called again by ``reload()``.
    package init(reading read: @escaping @Sendable () throws(SecretError) -> String) throws(SecretError) {
        self.read = read
        value = Mutex(try read())
    }

    /// Reads a secret for the first time.
    init(_ source: ReferenceText, in environment: ConfigEnvironment) throws(ReferenceError) {
        value = Mutex(try source.resolved(in: environment, isSecret: true))
        read = { () throws(SecretError) in
            do throws(ReferenceError) {
                return try source.resolved(in: environment, isSecret: true)
            } catch {
                throw SecretError(description: error.text)
            }
        }
    }

    /// The value as it was read last.
    package func reveal() -> String { value.withLock { $0 } }

    /// Reads the value again from its file, credential or environment; true where it is another one now.
    ///
    /// Where that fails the secret keeps its value. Blocking: a file is read.
    package func reload() throws(SecretError) -> Bool {
        let now = try read()
        return value.withLock { value in
            defer { value = now }
            return value != now
        }
    }

    /// Never the value.
    package var description: String { Shown.mask }
    /// Never the value.
    package var debugDescription: String { Shown.mask }
    /// Nothing: what looks into values finds none here.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why a secret could not be read; the secret is not in it.
package struct SecretError: Error, Equatable, CustomStringConvertible {
    /// The problem and the way out.
    package let description: String

    /// A problem, with its way out behind a semicolon.
    package init(description: String) { self.description = description }
}
