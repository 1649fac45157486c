package import LogfoldIO

/// Tells of changes in directories, as ``Inotify`` does: the seam for a test whose watches are used up.
package protocol ChangeNotices: AnyObject {
    /// Readable when there are events.
    var descriptor: FileDescriptor { get }
    /// Whether there are events; does not wait.
    var hasEvents: Bool { get }
    /// Watches a directory, with what is written to its files where `contents` says so; the number of the watch.
    func watch(_ directory: String, contents: Bool) throws(FileSystemError) -> Int32
    /// Watches a directory no more.
    func unwatch(_ watch: Int32)
    /// What has happened since the last call; does not wait.
    func events() throws(FileSystemError) -> [Inotify.Event]
}

extension Inotify: ChangeNotices {}

/// Watches the directories in which logs are, by inotify; says which ones have to be looked at now and then instead.
final class DirectoryWatcher {
    /// What may have changed.
    enum Change: Equatable {
        /// The bytes of the file at a path.
        case content(String)
        /// What lies at a path.
        case name(String, isDirectory: Bool)
        /// Who may read what lies at a path.
        case attributes(String)
        /// Anything.
        case everything
    }

    private struct Watch {
        var directories: Set<String>
        var hasFiles: Bool
    }

    private let inotify: (any ChangeNotices)?
    private let say: (String) -> Void
    private var watches: [Int32: Watch] = [:]
    private var numbers: [String: Int32] = [:]
    private var wanted: Set<String> = []
    /// Directories that inotify tells nothing of.
    private(set) var polled: Set<String> = []
    private var saidReasons: Set<String> = []
    /// Whether there are such.
    var isPolling: Bool { !polled.isEmpty }
    /// Why directories are polled.
    private(set) var problems: [String] = []

    /// Without inotify everything is polled.
    init(_ inotify: (any ChangeNotices)?, say: @escaping (String) -> Void) {
        self.inotify = inotify
        self.say = say
        if inotify == nil { note("no inotify instance is left (see fs.inotify.max_user_instances)") }
    }

    /// Readable when something has changed.
    var descriptor: FileDescriptor? { inotify?.descriptor }

    /// From here on it is said which directories are wanted.
    func begin() { wanted = [] }

    /// What was not wanted since ``begin()`` is watched no more.
    func end() {
        for directory in numbers.keys where !wanted.contains(directory) { forget(directory) }
        polled.formIntersection(wanted)
    }

    /// Watches a directory; no harm if it is watched already.
    func watch(_ directory: String, hasFiles: Bool) {
        let isNew = wanted.insert(directory).inserted
        // Asked again in each round: another directory may have taken the path.
        guard let inotify else {
            polled.insert(directory)
            return
        }
        let mask = hasFiles || numbers[directory].flatMap { watches[$0]?.hasFiles } ?? false
        if !isNew, let number = numbers[directory], watches[number]?.hasFiles == mask { return }
        if numbers[directory] == nil, isOnNetworkFileSystem(directory) {
            polled.insert(directory)
            note("'\(directory)' is on a network file system")
            return
        }
        do throws(FileSystemError) {
            let number = try inotify.watch(directory, contents: mask)
            if let old = numbers[directory], old != number { forget(directory) }
            numbers[directory] = number
            watches[number, default: Watch(directories: [], hasFiles: false)].directories.insert(directory)
            if mask { watches[number]?.hasFiles = true }
            polled.remove(directory)
        } catch {
            forget(directory)
            guard !error.isNotFound else { return }
            polled.insert(directory)
            note(error.isOutOfSpace ? "no inotify watch is left (see fs.inotify.max_user_watches)" : "\(error)")
        }
    }

    private func forget(_ directory: String) {
        guard let number = numbers.removeValue(forKey: directory) else { return }
        watches[number]?.directories.remove(directory)
        if watches[number]?.directories.isEmpty == true {
            watches[number] = nil
            inotify?.unwatch(number)
        }
    }

    private func note(_ reason: String) {
        guard saidReasons.insert(reason).inserted else { return }
        problems.append("files are looked at every two seconds instead of when they change: \(reason)")
        say("Changes cannot be waited for, so files are looked at every two seconds: \(reason)")
    }

    /// Whether there are changes to take.
    var hasChanges: Bool { inotify?.hasEvents ?? false }

    /// What has changed since the last call.
    func changes() -> [Change] {
        guard let inotify, let events = try? inotify.events() else { return [] }
        var changes: [Change] = []
        for event in events {
            if event.change.contains(.overflow) { return [.everything] }
            guard let watch = watches[event.watch] else { continue }
            if !event.change.isDisjoint(with: .watchGone) {
                for directory in watch.directories { numbers[directory] = nil }
                watches[event.watch] = nil
                // A directory that was moved is watched still.
                inotify.unwatch(event.watch)
                return [.everything]
            }
            for directory in watch.directories where !event.name.isEmpty {
                let path = directory == "/" ? "/" + event.name : directory + "/" + event.name
                let change = Self.change(event.change, path)
                // A busy file is told of again and again.
                if changes.last != change { changes.append(change) }
            }
        }
        return changes
    }

    private static func change(_ change: Inotify.Change, _ path: String) -> Change {
        if !change.isDisjoint(with: .name) { return .name(path, isDirectory: change.contains(.directory)) }
        return change.contains(.content) ? .content(path) : .attributes(path)
    }
}
