import LogfoldIO
import LogfoldParsing

extension PosixFileSystem {
    /// Puts a file with these bytes in the place of another, or of none: whoever looks sees the one or the other.
    func replace(_ path: String, with bytes: [UInt8]) throws(FileSystemError) {
        let fresh = "\(path).new"
        let file = try OpenFile(fresh, for: .replacing, in: self)
        try bytes.withSpan { (span: RawSpan) throws(FileSystemError) in try file.write(span) }
        try file.close()
        try rename(fresh, to: path)
    }
}
