import LogfoldParsing

/// The JSON reader ends, stays inside the text, and decodes to no more than the text; oslo.log's JSON on top of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { bytes in
        readTokens(bytes)
        FuzzInput.withPaddedSpan(bytes) { readRecord($0, count: count) }
    }
    return 0
}

private func readTokens(_ bytes: RawSpan) {
    var reader = JSONReader(ByteRange(0, bytes.byteCount))
    var text = ByteBuffer()
    for _ in 0...bytes.byteCount {
        let token = reader.next(bytes)
        FuzzInput.require(reader.depth <= JSONReader.maximumDepth, "the depth is bounded")
        switch token {
        case .key(let range), .string(let range):
            FuzzInput.require(range, within: bytes.byteCount)
            text.removeAll()
            _ = text.append(jsonDecoded: bytes, range)
            FuzzInput.require(text.count <= range.count, "decoded text is not longer than escaped text")
        case .number(let range): FuzzInput.require(range, within: bytes.byteCount)
        case .end, .invalid:
            FuzzInput.require(reader.next(bytes) == token, "the end stays the end")
            return
        default: break
        }
    }
    FuzzInput.require(false, "a text has no more tokens than bytes")
}

private func readRecord(_ bytes: RawSpan, count: Int) {
    guard OsloJSONParser.looksLike(bytes, 0, count) else { return }
    var parser = OsloJSONParser()
    var head = Head()
    var record = Record()
    var text = ByteBuffer()
    let isHead = parser.head(bytes, 0, count, &head)
    if isHead {
        for range in [head.pid, head.levelText, head.logger, head.instance] {
            FuzzInput.require(range, within: count)
        }
    }
    guard parser.record(bytes, ByteRange(0, count), into: &text, &record) else {
        FuzzInput.require(!isHead, "what is a head is a record")
        return
    }
    for range in [record.message, record.logger, record.stackTrace, record.requestID, record.userID] {
        FuzzInput.require(range, within: text.count)
    }
}
