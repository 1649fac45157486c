import LogfoldParsing

/// Every format and every reader of a message takes any line: it answers, and what it answers lies inside the line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFormats(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { bytes in
        FuzzInput.withPaddedSpan(bytes) { padded in
            readLines(padded, count: count)
            readMessage(padded, ByteRange(0, count))
        }
    }
    return 0
}

private func readLines(_ bytes: RawSpan, count: Int) {
    var oslo = OsloText()
    var at = 0
    while at < count {
        let end = bytes.index(of: 0x0A, from: at, to: count)
        // The readers of a line are asked about lines that hold something.
        if end > at {
            for allowingWeak in [false, true] {
                var head = Head()
                guard oslo.read(bytes, at, end, allowingWeak: allowingWeak, &head) else { continue }
                FuzzInput.require(head.kind != .text, "what is read is a head or a traceback line")
                FuzzInput.require(head.payload >= at && head.payload <= end, "the message lies in the line")
                for range in [head.pid, head.levelText, head.logger, head.context, head.instance] {
                    FuzzInput.require(range, within: end)
                    FuzzInput.require(range.isEmpty || range.start >= at, "a field lies in the line")
                }
            }
        }
        at = end + 1
    }
}

private func readMessage(_ bytes: RawSpan, _ message: ByteRange) {
    var http = HTTPFields()
    if RequestLine.parse(bytes, message, &http) {
        for range in [http.method, http.url, http.version, http.status, http.bodyBytes, http.client, http.clientIP] {
            FuzzInput.require(range, within: message.end)
        }
    }
    var exceptions = ExceptionParser()
    guard exceptions.parse(bytes, message, typeLineSuffices: true) else { return }
    FuzzInput.require(exceptions.trace, within: message.end)
    FuzzInput.require(exceptions.stackInfo, within: message.end)
    for exception in exceptions.exceptions {
        FuzzInput.require(exception.type, within: message.end)
        FuzzInput.require(exception.message, within: message.end)
        FuzzInput.require((exception.parent ?? 0) < exceptions.exceptions.count, "a parent is an exception")
    }
    for frame in exceptions.frames { FuzzInput.require(frame.file, within: message.end) }
    if let bare = exceptions.bareMessage(bytes, message) { FuzzInput.require(bare, within: message.end) }
}
