import LogfoldIO
import LogfoldParsing

/// A log file that is written record by record and rotated now and then, as a service and logrotate do it.
struct LiveFile {
    /// How it is rotated.
    enum Rotation: String, CaseIterable {
        /// The file gets another name, and a new one takes its place.
        case rename
        /// Its content is copied to another file, and it is emptied.
        case copytruncate
    }

    /// Its path.
    let path: String
    /// How often it was rotated.
    private(set) var rotations = 0
    private let rotation: (how: Rotation, records: Int)?
    private let files: any FileSystem
    private var file: OpenFile
    private var recordsSinceRotation = 0
    /// The highest number that a rotated file has.
    private var highest = 0

    /// Opens the file, whose content stays.
    ///
    /// - Parameters:
    ///   - rotation: how it is rotated, and after how many records each time; nil for never.
    init(
        _ path: String, rotation: (how: Rotation, records: Int)?, in files: any FileSystem
    ) throws(FileSystemError) {
        self.path = path
        self.rotation = rotation
        self.files = files
        file = try OpenFile(path, for: .appending, in: files)
        while rotation != nil, try Self.exists("\(path).\(highest + 1)", files) { highest += 1 }
    }

    /// What the open file is.
    var status: FileStatus {
        get throws(FileSystemError) { try file.status() }
    }

    /// Writes a record: in one write(2), as oslo.log does, unless the kernel takes less.
    mutating func write(_ record: RawSpan) throws(FileSystemError) {
        if let rotation, recordsSinceRotation == rotation.records {
            try rotate(rotation.how)
            recordsSinceRotation = 0
            rotations += 1
        }
        try file.write(record)
        recordsSinceRotation += 1
    }

    /// Closes it; a write that failed late shows here.
    mutating func close() throws(FileSystemError) { try file.close() }

    private mutating func rotate(_ how: Rotation) throws(FileSystemError) {
        for number in stride(from: highest, to: 0, by: -1) {
            try files.rename("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        highest += 1
        switch how {
        case .rename:
            try files.rename(path, to: "\(path).1")
            try file.close()
            file = try OpenFile(path, for: .appending, in: files)
        case .copytruncate:
            try copy(to: "\(path).1")
            // Whoever appends goes on at the new end.
            try file.truncate(to: 0)
        }
    }

    private func copy(to copyPath: String) throws(FileSystemError) {
        let original = try OpenFile(path, in: files)
        let copy = try OpenFile(copyPath, for: .replacing, in: files)
        while true {
            let piece = try original.readAll(limit: 1 << 20)
            if piece.isEmpty { break }
            try piece.withSpan { (span: RawSpan) throws(FileSystemError) in try copy.write(span) }
        }
        try copy.close()
    }

    private static func exists(_ path: String, _ files: any FileSystem) throws(FileSystemError) -> Bool {
        try files.statusIfPresent(at: path) != nil
    }
}
