// How a crash neither loses, tears nor doubles an event in a file.
//
// The state of a file sink is saved in the same write as the positions up to which the sink has acknowledged. It holds a
// number, the epoch, that goes up by one with each commit, and for each file that the sink knows its path, device and
// inode, its length at exactly that commit, a checksum of its last 64 bytes, and since when it is written.
//
// The state that a restart gives back may be that of an earlier commit than the last one: everything that was written
// after it is going to be delivered again, so everything that was written after it must go.
//
//   1. A file of the state is looked for by device and inode: at its path, else under any name in its directory that
//      begins with its own, since rotation only renames. Where the last bytes before the saved length are as they were,
//      it is cut back to that length. A shorter or missing file, or one that reads otherwise, was touched by somebody
//      else: that is said, nothing is cut, and the file is treated as one that is not known.
//   2. A file that is not in the state came to the sink after it: created for a new path, begun by a rotation, or found
//      at the path and gone on with. Before the first byte is written to such a file, a record with the epoch of the
//      commit at hand, and with the length the file had, is appended to the sink's *journal of openings*, a file in
//      `data_dir`. The records of epochs above the state's are carried out as if they stood in the state. So a new file
//      is emptied, or removed where it was rotated away already, and one that was gone on with is cut to what it was.
//      An inode is used again when its file is removed, by a rotation or by 2 itself: so a record says whether the sink
//      made the file, and what was noted of that inode before, also by the state, counts no more.
//   3. Then the journal is written anew, in one step, with those of its files that go on: no saved state knows them yet.
//      A crash before that repeats 1 and 2, which changes nothing.
//
// A rotation is: the file is synchronized by the policy and closed; each older file takes the next number as far as
// there is no gap (`x.2` to `x.3`, `x.1` to `x.2`), the oldest beyond `keep` is removed before; `x` becomes `x.1`; a new
// `x` is created and noted in the journal. After a crash between two of these steps every file is found by its inode,
// and the gap in the numbers is filled by the next rotation. A rotation that the saved state does not know of is not
// undone: the old file is cut to its length where it is now, the new one is emptied, and what comes again goes there.
//
// Without any state the sink has never acknowledged, or what was saved is lost. Then nobody knows what will be delivered
// again: nothing is removed, and a file is cut only behind its last whole line or member. Between the first start and
// the first saved positions a crash can therefore double events; they have equal ids.

import LogfoldCore

/// What a file sink knows at a commit, as bytes.
struct FileSinkState: Equatable {
    /// Counts commits; 0 is before the first.
    var epoch: UInt64 = 0
    /// The files, by their paths.
    var files: [String: FileRecord] = [:]

    private static let version: UInt64 = 1

    init() {}

    /// The state of these bytes; throws where they are none, or of a later version.
    init(decoding bytes: [UInt8]) throws(StateDecoder.Damaged) {
        var decoder = StateDecoder(bytes)
        guard try decoder.number() == Self.version else { throw StateDecoder.Damaged() }
        epoch = try decoder.number()
        let records = try decoder.list { (decoder: inout StateDecoder) throws(StateDecoder.Damaged) in
            try FileRecord(decoding: &decoder)
        }
        guard decoder.isAtEnd else { throw StateDecoder.Damaged() }
        for record in records { files[record.path] = record }
    }

    var encoded: [UInt8] {
        var encoder = StateEncoder()
        encoder.append(Self.version)
        encoder.append(epoch)
        encoder.append(each: files.values.sorted { $0.path < $1.path }) { $1.encode(into: &$0) }
        return encoder.bytes
    }
}
