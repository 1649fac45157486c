package import LogfoldIO
import Synchronization

/// `data_dir`: what the agent keeps between its runs. One process at a time has it.
package final class DataDirectory: Sendable {
    /// Its path.
    package let path: String
    let files: any FileSystem
    private let lock: Mutex<OpenFile>

    /// Why a directory cannot be used.
    package enum Refusal: Error, CustomStringConvertible {
        /// Another agent works in it.
        case locked(String)
        /// A system call failed.
        case file(FileSystemError)
        /// What lies in it cannot be used; the reason as a sentence.
        case unusable(String)

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .locked(let path):
                "another logfold works in data_dir '\(path)'; stop it, or give this one a data_dir of its own"
            case .unusable(let reason): reason
            case .file(let error): "\(error); data_dir must be a directory that this user can write to"
            }
        }
    }

    /// Makes the directory where there is none, and takes its lock.
    package init(_ path: String, in files: any FileSystem) throws(Refusal) {
        self.path = path
        self.files = files
        lock = Mutex(try Self.locked(path, in: files))
    }

    deinit { lock.withLock { files.unlock($0.descriptor) } }

    private static func locked(_ path: String, in files: any FileSystem) throws(Refusal) -> OpenFile {
        let lock: OpenFile
        let isOurs: Bool
        do throws(FileSystemError) {
            try files.makeDirectories(path, mode: 0o750)
            lock = try OpenFile("\(path)/lock", for: .appending, in: files)
            isOurs = try files.lock(lock.descriptor)
        } catch {
            throw .file(error)
        }
        guard isOurs else { throw .locked(path) }
        return lock
    }

    /// Makes the directory again, and takes its lock, where somebody has removed it.
    package func makeAgain() throws(Refusal) {
        let fresh = try Self.locked(path, in: files)
        lock.withLock { $0 = fresh }
    }
}
