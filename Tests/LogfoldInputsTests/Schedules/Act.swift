/// One thing that happens in a random schedule. An act for which there is nothing to be done does nothing: so a
/// schedule is still one when acts are left out of it.
indirect enum Act: Sendable, Hashable {
    /// A service appends records to the file it has open; the second one opens its log anew later than the first.
    case write(Int, by: Writer, isLong: Bool = false)
    /// The first service writes the first part of a line, and the rest.
    case half, rest
    /// A service opens its log anew.
    case reopen(Writer)

    /// What programs that rotate do, a step at a time: the numbers of older files count up, the log is put aside under
    /// the next name, an empty one is made.
    case shift, moveAway, create
    /// The log is copied, half of it first, and cut.
    case beginCopy, endCopy, truncate
    /// The last rotated file is packed: a part of the packed file lies beside it first, then all, and the original goes.
    case beginPack(zstd: Bool), endPack
    case delete, moveAside, moveBack, removeOldest

    /// One turn of the reader; turns until it has nothing to do; and time passes.
    case turn, settle
    /// A turn of the reader in the middle of which others act: first before its so-manyeth call of the file system, then
    /// so many calls after that; all at once if there are none between.
    case amid(call: Int, gap: Int, [Act])
    case pass(milliseconds: Int64)
    /// So long that everything that lies on the disk has to be read.
    case pause
    /// The sink takes events, or makes safe what it has taken.
    case take(Int), acknowledge(Int)
    /// Positions go to the disk; else they are in their journal.
    case save
    case kill, stop, start, reload

    /// Whether it is done by those who write or rotate.
    var isOfOthers: Bool {
        switch self {
        case .turn, .settle, .amid, .pass, .pause, .take, .acknowledge, .save, .kill, .stop, .start, .reload: false
        default: true
        }
    }

    enum Writer: Int, Sendable, Hashable { case first, second }
}

extension Act: CustomStringConvertible {
    var description: String {
        switch self {
        case .write(let count, let writer, let isLong): "+\(count)\(writer == .second ? "b" : "")\(isLong ? "…" : "")"
        case .reopen(let writer): writer == .second ? "reopen-b" : "reopen"
        case .beginPack(let zstd): zstd ? "zstd…" : "gzip…"
        case .pass(let milliseconds): "\(milliseconds)ms"
        case .take(let count): "take\(count)"
        case .acknowledge(let count): "ack\(count)"
        case .half: "half"
        case .rest: "rest"
        case .shift: "shift"
        case .moveAway: "mv"
        case .create: "create"
        case .beginCopy: "cp…"
        case .endCopy: "cp"
        case .truncate: "cut"
        case .endPack: "packed"
        case .delete: "rm"
        case .moveAside: "aside"
        case .moveBack: "back"
        case .removeOldest: "rm-oldest"
        case .turn: "turn"
        case .settle: "settle"
        case .amid(let call, let gap, let acts): "turn(\(call)/\(gap): \(acts))"
        case .pause: "pause"
        case .save: "save"
        case .kill: "KILL"
        case .stop: "stop"
        case .start: "start"
        case .reload: "reload"
        }
    }
}
