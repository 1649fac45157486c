/// Which route bit each sink has. A bit stays a sink's for as long as the process runs: events that carry it may be
/// anywhere.
struct RouteTable {
    private var bits: [String: Int] = [:]

    /// The bit of a sink that has one.
    subscript(_ sink: String) -> UInt64? { bits[sink].map { 1 << UInt64($0) } }

    /// The bit of a sink, as a mask; a new one for a new name. Nil when all 64 are taken.
    mutating func route(of sink: String) -> UInt64? {
        if let bit = bits[sink] { return 1 << UInt64(bit) }
        let taken = Set(bits.values)
        guard let free = (0..<64).first(where: { !taken.contains($0) }) else { return nil }
        bits[sink] = free
        return 1 << UInt64(free)
    }
}
