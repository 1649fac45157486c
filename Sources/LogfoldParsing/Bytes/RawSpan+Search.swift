extension RawSpan {
    /// Offset of the first occurrence of `part` that lies wholly in `from..<to`, or nil; an empty part is everywhere.
    func firstIndex(of part: [UInt8], from: Int, to: Int) -> Int? {
        guard let first = part.first else { return from }
        return part.withSpan { wanted in
            let last = to - part.count
            var at = from
            while at <= last {
                at = index(of: first, from: at, to: last + 1)
                guard at <= last else { return nil }
                if equal(ByteRange(at, at + part.count), ByteRange(0, part.count), in: wanted) { return at }
                at += 1
            }
            return nil
        }
    }
}
