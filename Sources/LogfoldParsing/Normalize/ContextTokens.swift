/// Takes the bracket of a head apart: `[global request user project …]` (R1 to R3).
package enum ContextTokens {
    /// Fills the record's ids and names from the text inside the brackets.
    ///
    /// The number of tokens behind the request id tells the layout: 2 are user and project, 5 add domain, user domain
    /// and project domain, 6 have the system scope fourth. Two names instead of ids are devstack's, project first. Any
    /// other count may be names with blanks: the text is kept whole instead of guessed at, and false is returned.
    @inline(__always)
    package static func read(_ bytes: RawSpan, _ context: ByteRange, _ record: inout Record) -> Bool {
        guard !context.isEmpty else { return true }
        var at = context.start
        let first = next(bytes, &at, context.end)
        if isRequest(bytes, at, context.end) {
            record.globalRequestID = present(bytes, first)
            record.requestID = next(bytes, &at, context.end)
        } else if isRequest(bytes, first.start, first.end) {
            record.requestID = first
        } else {
            return readForeign(bytes, context, first, at, &record)
        }
        return readIdentity(bytes, at, context.end, &record)
    }

    /// Whether `req-` stands at `at`. The span must be padded.
    @inline(__always)
    private static func isRequest(_ bytes: RawSpan, _ at: Int, _ end: Int) -> Bool {
        at &+ 4 <= end && bytes.u32(at) == 0x2d71_6572
    }

    /// A bracket without `req-`: a request id of another make, or none at all.
    private static func readForeign(
        _ bytes: RawSpan, _ context: ByteRange, _ first: ByteRange, _ rest: Int, _ record: inout Record
    ) -> Bool {
        // Where even the request is absent the first two tokens may both be (`None - - - …` never occurs: R1).
        if rest >= context.end { return bytes.equal(first, "-") || keep(first, &record.requestID) }
        guard isAbsent(bytes, first) || looksLikeID(bytes, first) else { return false }
        record.requestID = present(bytes, first)
        return readIdentity(bytes, rest, context.end, &record)
    }

    private static func keep(_ range: ByteRange, _ field: inout ByteRange) -> Bool {
        field = range
        return true
    }

    @inline(__always)
    private static func readIdentity(_ bytes: RawSpan, _ start: Int, _ end: Int, _ record: inout Record) -> Bool {
        guard start < end else { return true }
        var at = start
        let first = next(bytes, &at, end)
        let second = next(bytes, &at, end)
        if at > end { return second.isEmpty ? false : readPair(bytes, first, second, &record) }
        let third = next(bytes, &at, end)
        let fourth = next(bytes, &at, end)
        let fifth = next(bytes, &at, end)
        if at > end {
            guard !fifth.isEmpty else { return false }
            fill(bytes, first, second, third, .none, fourth, fifth, &record)
            return true
        }
        let sixth = next(bytes, &at, end)
        guard at > end else { return false }
        fill(bytes, first, second, third, fourth, fifth, sixth, &record)
        return true
    }

    /// Two tokens: ids are user and project; names are devstack's project and user.
    private static func readPair(
        _ bytes: RawSpan, _ first: ByteRange, _ second: ByteRange, _ record: inout Record
    ) -> Bool {
        let areNames = !isAbsent(bytes, first) && !looksLikeID(bytes, first) && !looksLikeID(bytes, second)
        if areNames {
            setProject(bytes, first, &record)
            setUser(bytes, second, &record)
        } else {
            setUser(bytes, first, &record)
            setProject(bytes, second, &record)
        }
        return true
    }

    @inline(__always)
    private static func fill(
        _ bytes: RawSpan, _ user: ByteRange, _ project: ByteRange, _ domain: ByteRange, _ scope: ByteRange,
        _ userDomain: ByteRange, _ projectDomain: ByteRange, _ record: inout Record
    ) {
        setUser(bytes, user, &record)
        setProject(bytes, project, &record)
        // The record is empty: only what is there is set.
        if !isAbsent(bytes, domain) { record.domainID = domain }
        if !isAbsent(bytes, scope) { record.systemScope = scope }
        if !isAbsent(bytes, userDomain) { record.userDomainID = userDomain }
        if !isAbsent(bytes, projectDomain) { record.projectDomainID = projectDomain }
    }

    /// Puts a user where it belongs: an id if it looks like one, else a name.
    @inline(__always)
    package static func setUser(_ bytes: RawSpan, _ user: ByteRange, _ record: inout Record) {
        if isAbsent(bytes, user) { return }
        if looksLikeID(bytes, user) { record.userID = user } else { record.userName = user }
    }

    /// Puts a project where it belongs: an id if it looks like one, else a name.
    @inline(__always)
    package static func setProject(_ bytes: RawSpan, _ project: ByteRange, _ record: inout Record) {
        if isAbsent(bytes, project) { return }
        if looksLikeID(bytes, project) { record.projectID = project } else { record.projectName = project }
    }

    /// The token at `at`; moves `at` behind its blank, or behind `end` when it was the last.
    @inline(__always)
    private static func next(_ bytes: RawSpan, _ at: inout Int, _ end: Int) -> ByteRange {
        let start = at
        at = start < end ? bytes.endOfWord(start, end) : start
        let token = ByteRange(start, at)
        at &+= 1
        return token
    }

    /// The token, or nothing where it stands for nothing (R2).
    @inline(__always)
    package static func present(_ bytes: RawSpan, _ token: ByteRange) -> ByteRange {
        isAbsent(bytes, token) ? .none : token
    }

    /// Whether a token stands for nothing: `-`, `None`, or no text.
    @inline(__always)
    package static func isAbsent(_ bytes: RawSpan, _ token: ByteRange) -> Bool {
        switch token.count {
        case 0: true
        case 1: bytes[token.start] == UInt8(ascii: "-")
        case 4: bytes.u32(token.start) == 0x656e_6f4e  // "None"
        default: false
        }
    }

    /// Whether a token is 32 or 64 hexadecimal digits or a uuid, as keystone's ids are.
    @inline(__always)
    package static func looksLikeID(_ bytes: RawSpan, _ token: ByteRange) -> Bool {
        switch token.count {
        case 32: bytes.isHexadecimal32(token.start)
        case 36: bytes.isUUID(token.start)
        case 64: bytes.isHexadecimal32(token.start) && bytes.isHexadecimal32(token.start + 32)
        default: false
        }
    }
}
