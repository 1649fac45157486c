import Glibc
import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldSpool

/// Any bytes are a segment of a spool: it is opened, read and exported, or refused; every event that comes out lies inside
/// its record. Checksums are made right first, or nothing behind them would ever be tried.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSpool(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let isRepaired = bytes.popLast().map { $0 & 1 == 1 } ?? false
    if isRepaired { repair(&bytes) }
    _ = try? CursorFile.decode(bytes)
    guard (try? write(bytes)) != nil else { return 0 }
    let files = PosixFileSystem()
    var events = 0
    try? SpoolInspection.export(folder, for: nil, files) { batch in
        for entry in batch.entries {
            FuzzInput.require(
                Int(entry.start) + Int(entry.length) <= batch.byteCount && entry.length > 0,
                "an event lies inside its record's lines")
            events += 1
        }
    }
    if let (_, good, _) = try? SpoolInspection.verify(folder, files) {
        FuzzInput.require(UInt64(events) == good, "what is good is what is exported")
    }
    _ = try? RecoveredSpool.positions(in: folder, files)
    var recovered = RecoveredSpool()
    try? recovered.read(folder, in: files, isRepairing: true)
    return 0
}

/// In memory, where the system has that: a disk would be the slowest part.
private let folder: String = {
    let folder = "/dev/shm/logfold-fuzz-\(getpid())"
    try? PosixFileSystem().makeDirectories(folder, mode: 0o700)
    return folder
}()

private func write(_ bytes: [UInt8]) throws {
    let files = PosixFileSystem()
    for name in try files.names(inDirectory: folder) { try files.remove("\(folder)/\(name)") }
    let file = try OpenFile("\(folder)/\(SegmentName.of(1))", for: .replacing, in: files)
    try file.write(bytes)
    try file.close()
}

/// Makes number and checksums of every record right, as far as its lengths are.
private func repair(_ bytes: inout [UInt8]) {
    let magic: [UInt8] = [0x9E, 0x4C, 0x46, 0x53, 0x50, 0x00, 0x0D, 0x0A]
    var at = 0
    while at + RecordHeader.size <= bytes.count {
        guard Array(bytes[at..<at + 8]) == magic else {
            at += 8
            continue
        }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[at + 40 + $1]) << ($1 * 8) }
        let end = at + RecordHeader.size + length
        let body = end <= bytes.count ? Array(bytes[at + RecordHeader.size..<end]) : []
        put(1, 8, at + 32, &bytes)
        put(UInt64(Checksum.crc32(body)), 4, at + 48, &bytes)
        put(UInt64(Checksum.crc32(Array(bytes[at..<at + 60]))), 4, at + 60, &bytes)
        at = end <= bytes.count ? (end + 7) & ~7 : at + 8
    }
}

private func put(_ number: UInt64, _ size: Int, _ at: Int, _ bytes: inout [UInt8]) {
    for byte in 0..<size { bytes[at + byte] = UInt8(truncatingIfNeeded: number >> UInt64(byte * 8)) }
}
