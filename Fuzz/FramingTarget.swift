import LogfoldCore
import LogfoldParsing

/// Lines, line ends and transport layers: every way to strip carriage returns, on text that a layer may claim. The
/// first byte of the input chooses which way.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFraming(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { bytes in
        guard bytes.byteCount > 1 else { return }
        let ways = EngineOptions.LineEnds.allCases
        let formats = EngineOptions.Format.allCases
        var options = EngineOptions()
        options.lineEnds = ways[Int(bytes[0]) % ways.count]
        options.format = formats[Int(bytes[0] >> 4) % formats.count]
        let text = bytes.extracting(1..<bytes.byteCount)
        let whole = EngineRun(text, options: options)
        FuzzInput.require(EngineRun(text, sizes: [1], options: options).lines == whole.lines, "bytes change nothing")
    }
    return 0
}
