/// What an item's answer means; `Docs/sinks/elasticsearch.md` has the table.
enum BulkVerdict: Equatable {
    /// It is safe.
    case stored
    /// It was there before.
    case alreadyThere
    /// It will be refused whenever it comes.
    case refusedForGood
    /// Every request that it is in is refused: by itself for good, unless the server takes nothing else either.
    case spoilsRequest
    /// It may be taken later; held is what somebody has to do something about.
    case refusedForNow(isHeld: Bool, mayBeStored: Bool)

    /// Whether somebody has to do something about it.
    var isHeld: Bool {
        switch self {
        case .refusedForNow(isHeld: true, _), .spoilsRequest: true
        default: false
        }
    }

    init(_ answer: BulkAnswer.Exception) {
        switch answer.status {
        case 200..<300: self = .stored
        case 409: self = .alreadyThere
        case 401, 403, 404: self = .refusedForNow(isHeld: true, mayBeStored: false)
        // A closed index is opened again by somebody; its status is that of a bad event.
        case 400 where answer.type == "index_closed_exception":
            self = .refusedForNow(isHeld: true, mayBeStored: false)
        // A new index has more shards than the cluster may have yet (of the type illegal_argument_exception or
        // validation_exception, by version); somebody makes room.
        case 400 where answer.reason.contains("this action would add ["):
            self = .refusedForNow(isHeld: true, mayBeStored: false)
        // So is an index that the server has blocked because its disk is full.
        case 429 where answer.type == "cluster_block_exception":
            self = .refusedForNow(isHeld: true, mayBeStored: false)
        case 408, 429: self = .refusedForNow(isHeld: false, mayBeStored: false)
        case 400..<500: self = .refusedForGood
        default: self = .refusedForNow(isHeld: false, mayBeStored: true)
        }
    }
}
