/// The addresses of a sink's servers in turns, those that have failed left out for a while.
package struct EndpointPool<Address: Sendable>: Sendable {
    private struct Member {
        var address: Address
        var failures = 0
        /// How many failures have counted in all its life.
        var counted = 0
        /// Until when it is left out, by the monotonic clock in nanoseconds.
        var restsUntil = Int64.min
    }

    private var members: [Member]
    private var turn = 0

    /// How long one is left out after its first failure; twice as long after each further one, up to ``longestRest``.
    static var firstRest: Int64 { 1_000_000_000 }
    static var longestRest: Int64 { 60_000_000_000 }

    /// A pool of one address at least.
    package init(_ addresses: [Address]) {
        precondition(!addresses.isEmpty)
        members = addresses.map { Member(address: $0) }
    }

    /// How many there are.
    package var count: Int { members.count }

    /// The address by its number.
    package subscript(number: Int) -> Address { members[number].address }

    /// The number of the one whose turn it is at this time and that is not among `tried`. Where all others rest it is
    /// the one whose rest ends first: who asks means to try. Nil where all were tried.
    package mutating func next(at now: Int64, except tried: Set<Int> = []) -> Int? {
        for step in 0..<members.count {
            let number = (turn + step) % members.count
            guard members[number].restsUntil <= now, !tried.contains(number) else { continue }
            turn = number + 1
            return number
        }
        return members.indices.filter { !tried.contains($0) }.min { members[$0].restsUntil < members[$1].restsUntil }
    }

    /// Whether one that is not among `tried` is believed to work at this time.
    package func hasHealthy(at now: Int64, except tried: Set<Int>) -> Bool {
        members.indices.contains { !tried.contains($0) && members[$0].restsUntil <= now }
    }

    /// It has answered.
    package mutating func succeeded(_ number: Int) {
        members[number].failures = 0
        members[number].restsUntil = .min
    }

    /// Of what is begun there now, the failures that count: see ``failed(_:at:begunAt:pause:)``.
    package func mark(of number: Int) -> Int { members[number].counted }

    /// It has not answered, or not as a server that works, and is left out for `pause` nanoseconds at the least. Of
    /// several requests in flight the first failure counts: what was begun before it tells nothing new.
    package mutating func failed(_ number: Int, at now: Int64, begunAt mark: Int? = nil, pause: Int64 = 0) {
        if mark ?? members[number].counted == members[number].counted {
            let rest = min(Self.firstRest << Int64(min(members[number].failures, 16)), Self.longestRest)
            members[number].failures += 1
            members[number].counted += 1
            members[number].restsUntil = now + rest
        }
        members[number].restsUntil = max(members[number].restsUntil, now + pause)
    }
}
