/// Buffers that the sources of an engine use one after the other, so that one at rest holds none.
struct Workspace: ~Copyable {
    var arena = ByteBuffer()
    var events = EventTable.Storage()

    /// Below that, a source keeps its own.
    static let smallBytes = 8 << 10
    /// At rest it keeps no more than that.
    static let restingBytes = 256
}

extension SourceState {
    /// Gives a large buffer back that little is left in.
    mutating func giveRoom(to workspace: inout Workspace) {
        if arena.capacity > Workspace.smallBytes, arena.count <= arena.capacity / 4 {
            var small = ByteBuffer(capacity: arena.count)
            arena.withSpan { small.append($0, 0, $0.byteCount) }
            swap(&arena, &small)
            if small.capacity > workspace.arena.capacity {
                small.removeAll()
                swap(&workspace.arena, &small)
            }
        }
        fold.table.giveRoom(to: &workspace.events)
        layered?.shrink()
    }

    /// Takes a large buffer for so many bytes.
    mutating func takeRoom(from workspace: inout Workspace, for count: Int) {
        guard count > Workspace.smallBytes, workspace.arena.capacity >= arena.count + count,
            workspace.arena.capacity > arena.capacity
        else { return }
        arena.withSpan { workspace.arena.append($0, 0, $0.byteCount) }
        swap(&arena, &workspace.arena)
        workspace.arena = ByteBuffer()
        fold.table.takeRoom(from: &workspace.events)
    }

    /// Nothing more is to be read for now: what is empty needs no memory.
    mutating func rest() {
        if arena.count == 0, arena.capacity > Workspace.restingBytes { arena = ByteBuffer() }
        layered?.shrink()
    }
}
