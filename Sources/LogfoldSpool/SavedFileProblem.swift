/// Why a file of saved state cannot be used.
package enum SavedFileProblem: Error, Equatable, CustomStringConvertible {
    /// It does not begin as one; what it should be, as in `positions file`.
    case foreign(String)
    /// A later logfold has written it.
    case version(UInt8)
    /// Its bytes are not those that were written.
    case damaged

    /// A sentence without capital and full stop.
    package var description: String {
        switch self {
        case .foreign(let kind): "it is no \(kind) of logfold"
        case .version(let version): "it is of version \(version), which this logfold does not know"
        case .damaged: "it is damaged"
        }
    }
}
