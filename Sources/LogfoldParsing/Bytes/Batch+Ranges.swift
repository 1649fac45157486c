package import LogfoldCore

extension Batch.Entry {
    /// Where its line is among the lines of the batch, with the newline.
    package var line: ByteRange { ByteRange(Int(start), Int(start) + Int(length)) }
    /// Where its JSON is, without the newline.
    package var json: ByteRange { ByteRange(Int(start), Int(start) + Int(length) - 1) }
}
