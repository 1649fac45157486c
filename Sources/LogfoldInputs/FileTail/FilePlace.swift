import LogfoldCore

/// What is saved of a file beside the engine's position: by what it is found again.
///
/// Version 1, in the encoding of ``StateEncoder``: the version, the path, the logical path (empty where it follows from
/// the path), device, inode, size, time of the last change, length and hash of the head, the generation, marks (the
/// latest first; each offset, length, hash), whether it was read to its end and has a successor, time of last sight.
/// Hashes only, never text.
struct FilePlace: Sendable, Equatable {
    private static let version: UInt64 = 1

    /// Where it was last seen.
    var path: String
    /// The path as included, without suffixes of rotation and compression.
    var logicalPath: String
    /// What it was when it was last looked at.
    var stamp: FileStamp
    /// Its first line.
    var head: FileHead
    /// How many files with the same first line have begun at this path before.
    var generation: UInt32
    /// Offsets that reading has come by, in the decoded file, with the bytes before them; the latest first, and it is
    /// as far as reading has come.
    var marks: [FileMark]
    /// Whether another file has taken its place and nothing more is expected of it.
    var isDone: Bool
    /// Wall time of the last look at it, and at the names beside it: a file that was written to later is newer.
    var seen: Int64

    /// The place as bytes.
    var encoded: [UInt8] {
        var state = StateEncoder()
        state.append(Self.version)
        state.append(path)
        state.append(RotationName(path).logicalPath == logicalPath ? "" : logicalPath)
        state.append(stamp.id.device)
        state.append(stamp.id.inode)
        state.append(signed: stamp.size)
        state.append(signed: stamp.modified)
        state.append(UInt64(head.length))
        state.append(head.hash)
        state.append(UInt64(generation))
        state.append(each: marks) { state, mark in
            state.append(signed: mark.offset)
            state.append(UInt64(mark.length))
            state.append(mark.hash)
        }
        state.append(isDone)
        state.append(signed: seen)
        return state.bytes
    }
}

extension FilePlace {
    /// Reads a place; nil for what is none, or of a version that is not known.
    init?(_ bytes: [UInt8]) {
        do throws(StateDecoder.Damaged) { self = try Self.decoded(bytes) } catch { return nil }
    }

    private static func decoded(_ bytes: [UInt8]) throws(StateDecoder.Damaged) -> FilePlace {
        var state = StateDecoder(bytes)
        guard try state.number() == version else { throw .init() }
        let path = try state.string()
        let logicalPath = try state.string()
        let id = FileID(device: try state.number(), inode: try state.number())
        let stamp = FileStamp(id: id, size: try state.signed(), modified: try state.signed())
        let head = FileHead(length: try length(&state, limit: FileHead.longest), hash: try state.number())
        let generation = UInt32(truncatingIfNeeded: try state.number())
        let marks = try state.list { (state) throws(StateDecoder.Damaged) -> FileMark in
            let offset = try state.signed()
            guard offset >= 0 else { throw .init() }
            return FileMark(
                offset: offset, length: try length(&state, limit: FileMark.longest), hash: try state.number())
        }
        let place = FilePlace(
            path: path, logicalPath: logicalPath.isEmpty ? RotationName(path).logicalPath : logicalPath, stamp: stamp,
            head: head, generation: generation, marks: marks, isDone: try state.flag(), seen: try state.signed())
        guard state.isAtEnd, !marks.isEmpty else { throw .init() }
        return place
    }

    private static func length(
        _ state: inout StateDecoder, limit: Int
    ) throws(StateDecoder.Damaged) -> Int {
        let number = try state.number()
        guard number <= UInt64(limit) else { throw .init() }
        return Int(number)
    }
}
