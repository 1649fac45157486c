import LogfoldCore
import LogfoldIO

/// Says what an operator should know though the sink goes on: a sentence that is always the same, and its fields.
package typealias SinkReport = (_ message: String, _ fields: [(String, String)]) -> Void

extension SinkFailure {
    /// The sentence of a failed call.
    init(_ error: FileSystemError) { self.init(error.description) }
}

/// Makes calls on files whose failure is the sink's.
func failing<Value>(_ calls: () throws(FileSystemError) -> Value) throws(SinkFailure) -> Value {
    do throws(FileSystemError) {
        return try calls()
    } catch {
        throw SinkFailure(error)
    }
}
