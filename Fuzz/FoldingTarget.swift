import LogfoldCore
import LogfoldParsing

/// The whole engine with small limits: no byte is lost, the order is kept, the output is JSON, and chunks change
/// nothing. The first byte of the input chooses the options and the sizes of the chunks.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFolding(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { bytes in
        guard bytes.byteCount > 1 else { return }
        let choice = bytes[0]
        let text = bytes.extracting(1..<bytes.byteCount)
        var options = EngineOptions()
        options.isRedacting = choice & 1 != 0
        options.keepsOriginal = choice & 2 != 0
        let whole = EngineRun(text, options: options)
        let sizes = [1 + Int(choice >> 4), 1, 61, 1 + Int(choice & 15) * 7]
        FuzzInput.require(EngineRun(text, sizes: sizes, options: options).lines == whole.lines, "chunks change nothing")
    }
    return 0
}
