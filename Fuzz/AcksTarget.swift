// Built with the sink's own AckReader.swift and WindowsInFlight.swift, which depend on nothing.

/// Whatever a server sends, cut anywhere: an event is taken for safe once, in order, and only if it was sent; and how the
/// bytes are cut makes no difference.
///
/// The input: bytes of a piece, how many windows are on the way, the events of each, and then what the server sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAcks(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))[...]
    let piece = Int(bytes.popFirst() ?? 1) + 1
    let windows = (0..<Int(bytes.popFirst() ?? 0) % 8).map { _ in Int(bytes.popFirst() ?? 0) + 1 }
    let whole = acknowledged(bytes, piece: max(1, bytes.count), windows)
    FuzzInput.require(whole == acknowledged(bytes, piece: piece, windows), "it does not matter how bytes are cut")
    return 0
}

private struct Outcome: Equatable {
    var sequences: [UInt32] = []
    var safe = 0
    var open = 0
    var hasFailed = false
}

private func acknowledged(_ bytes: ArraySlice<UInt8>, piece: Int, _ sizes: [Int]) -> Outcome {
    var reader = AckReader()
    var windows = WindowsInFlight()
    var sent = 0
    for size in sizes {
        windows.append(sent..<sent + size, bytes: size)
        sent += size
    }
    var outcome = Outcome()
    var rest = bytes
    do {
        while !rest.isEmpty {
            reader.append(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
            while let sequence = try reader.next() {
                outcome.sequences.append(sequence)
                let safe = try windows.acknowledge(sequence)
                guard !safe.isEmpty else { continue }
                FuzzInput.require(safe.lowerBound == outcome.safe, "an event is safe once, and in order")
                outcome.safe = safe.upperBound
            }
        }
    } catch {
        outcome.hasFailed = true
    }
    outcome.open = windows.eventCount
    FuzzInput.require(outcome.safe + outcome.open == sent, "what is not safe is on the way")
    FuzzInput.require(
        windows.bytesAcknowledged <= outcome.safe, "bytes count when their window is acknowledged whole")
    return outcome
}
