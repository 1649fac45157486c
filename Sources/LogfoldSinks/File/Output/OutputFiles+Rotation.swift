import LogfoldCore
import LogfoldIO

extension OutputFiles {
    /// Gives the file the number 1 and begins a new one; every step is as `FileSinkState.swift` says.
    func rotate(_ output: OutputFile) throws(SinkFailure) {
        try settle(output)
        try failing { () throws(FileSystemError) in
            try makeGap(output.path)
            try fileSystem.rename(output.path, to: "\(output.path).1")
            output.extent = nil
        }
        try create(output)
    }

    /// Moves the older files up so that the number 1 is free, and no more of them than that takes.
    private func makeGap(_ path: String) throws(FileSystemError) {
        let keep = options.rotation.keep
        var gap = 1
        while gap <= keep, try isTaken(path, gap) { gap += 1 }
        if gap > keep {
            try fileSystem.remove("\(path).\(keep)")
            gap = keep
        }
        for number in stride(from: gap, to: 1, by: -1) {
            try fileSystem.rename("\(path).\(number - 1)", to: "\(path).\(number)")
        }
        // Where more were kept before.
        var surplus = keep + 1
        while try isTaken(path, surplus) {
            try fileSystem.remove("\(path).\(surplus)")
            surplus += 1
        }
    }

    private func isTaken(_ path: String, _ number: Int) throws(FileSystemError) -> Bool {
        try fileSystem.statusIfPresent(at: "\(path).\(number)") != nil
    }
}
