/// How large a request may be: what the configuration says, or less where a server has refused that.
struct RequestSize {
    private let maximum: Int
    /// The smallest number of bytes that a server has refused as too large, halved; nil while it has refused nothing.
    private(set) var refused: Int?
    /// What is tried since connections have broken while a body was sent.
    private var tried: Int
    /// Connections that broke in succession.
    private var cuts = 0

    /// No request is made smaller for connections that break.
    static let leastTried = 64 << 10

    init(maximum: Int, refused: Int?) {
        self.maximum = maximum
        self.refused = refused
        tried = maximum
    }

    /// Bytes that a request may have now.
    var current: Int { min(maximum, refused ?? maximum, tried) }

    /// A request of so many bytes was refused as too large.
    mutating func wasRefused(_ bytes: Int) { refused = max(1, min(refused ?? .max, bytes / 2)) }

    /// A server has said how many bytes it takes.
    mutating func wasLimited(to bytes: Int) { refused = max(1, min(refused ?? .max, bytes)) }

    /// The connection broke while a request of so many bytes was sent. The second time in succession this is taken for
    /// a refusal; but nobody has said so, and it does not last.
    mutating func wasCut(_ bytes: Int) {
        cuts += 1
        if cuts > 1 { tried = max(Self.leastTried, min(current, bytes) / 2) }
    }

    /// A request of so many bytes was taken.
    mutating func wasTaken(_ bytes: Int) {
        cuts = 0
        if bytes >= tried / 2 { tried = min(maximum, tried + tried / 8) }
    }
}
