// The traceback grammar, read forward line by line as Python prints it:
//
//     chain   = block { blank sentence blank block }           the last block is the exception that was logged
//     block   = "Traceback (most recent call last):" stack type-line text      the header is missing if there is no
//             | type-line text                                                 stack, as in members never raised
//             | "  + Exception Group Traceback (most recent call last):" margin(stack type-line text) members
//     members = { separator margin(chain) } close              each member's margin is two blanks deeper
//
// After the indented stack the first line at column 0 is the type line, and all that follows up to a joining sentence
// is the exception's text, whatever it looks like: forward is the only safe direction, because texts hold lines like
// frames, like `Name: text` and like headers (remote tracebacks of oslo.messaging).

/// Takes a Python traceback apart: the chain of exceptions, their frames, and a fingerprint.
///
/// The text is contiguous, its lines are separated by `\n` and have no prefix. One parser serves many events: its
/// arrays are reused, so a steady state allocates nothing as long as nobody keeps a copy of them.
package struct ExceptionParser {
    /// The logged exception first, then each one's cause or context directly behind it, then its group's members.
    ///
    /// A cause or context therefore hangs on its neighbour, a member on the group that ``ParsedException/parent``
    /// names. Empty where the text has no exception: `NoneType: None`, or only a `stack_info`.
    package private(set) var exceptions: [ParsedException] = []
    /// The frames of all exceptions, each exception's part in one piece.
    package private(set) var frames: [StackFrame] = []
    /// From the first header to the end of the logged exception's text; without what stands before and `stack_info`.
    package private(set) var trace = ByteRange.none
    /// `Stack (most recent call last):` and its lines behind the exception; else empty.
    package private(set) var stackInfo = ByteRange.none
    /// Stable over line numbers, messages and installation prefixes; (0, 0) without an exception.
    package internal(set) var fingerprint: (UInt64, UInt64) = (0, 0)

    /// Keys of one exception's frames while the fingerprint is made.
    var frameKeys: [FrameKey] = []
    private var nodes: [Node] = []
    private var chains: [Chain] = []
    private var pending: [Int] = []
    private var isTentative = false
    private var isDone = false

    /// A parser without an event.
    package init() {}

    /// Index of the exception that was logged, the last one printed; nil if there is none.
    package var logged: Int? { exceptions.isEmpty ? nil : 0 }

    /// Index of the exception that was raised first, at the end of the logged one's causes; nil if there is none.
    ///
    /// The members of a group are not followed: none of them is *the* cause.
    package var rootCause: Int? {
        guard var index = logged else { return nil }
        while index + 1 < exceptions.count, exceptions[index + 1].parent == index,
            exceptions[index + 1].relation != .group
        {
            index += 1
        }
        return index
    }

    /// Parses the traceback in `range`; false if there is none.
    ///
    /// Text in front of the first header (`Exception in thread worker-1:`) is skipped. An exception that was never
    /// raised is printed without header: its type line counts if `typeLineSuffices`, which is for text that is known
    /// to be a traceback (R7), or if a joining sentence follows it. A stack that breaks off gives an exception
    /// without type. A header behind a type line without a joining sentence is part of the exception's text.
    package mutating func parse(_ text: RawSpan, _ range: ByteRange, typeLineSuffices: Bool = false) -> Bool {
        reset()
        guard range.end <= text.byteCount else { return false }
        var at = range.start
        while at < range.end, !isDone {
            let end = text.index(of: UInt8(ascii: "\n"), from: at, to: range.end)
            read(text, Line(start: at, end: end, limit: range.end))
            at = end + 1
        }
        if isTentative && !typeLineSuffices { return false }
        return finish(text)
    }

    private mutating func reset() {
        exceptions.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        trace = .none
        stackInfo = .none
        fingerprint = (0, 0)
        restart()
        isDone = false
    }

    private mutating func restart() {
        frames.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        chains.removeAll(keepingCapacity: true)
        isTentative = false
    }

    /// Whether the text so far is inside the margin of a group.
    private var isInGroup: Bool { chains.count > 1 || chains.first?.isInMargin == true }
}

// MARK: - Lines

extension ExceptionParser {
    /// A line, and where the text ends that holds it.
    private struct Line {
        var start: Int, end: Int, limit: Int
    }

    /// An exception while its text is read, with the links that the final order is made from.
    private struct Node {
        var exception = ParsedException()
        /// The exception it was raised from or over.
        var cause: Int?
        var firstMember: Int?, lastMember: Int?, nextMember: Int?
        /// Whether its text holds a traceback of its own.
        var holdsTraceback = false
        /// Whether its type line has a colon; without one, what follows are notes.
        var hasText = false
    }

    /// The chain that is read at one depth of margins.
    private struct Chain {
        enum State { case expecting, stack, text, closed }
        var state = State.expecting
        /// The last exception of the chain.
        var current: Int?
        /// How ``current`` hangs on the one that is expected.
        var relation = ParsedException.Relation.none
        /// Whether the lines of this chain stand behind `  | `.
        var isInMargin = false
    }

    private mutating func read(_ text: RawSpan, _ line: Line) {
        let kind = TracebackLine.classify(text, line.start, line.end)
        if chains.isEmpty { return begin(text, line, kind) }
        if isInGroup {
            if kind == .margin { return readMargin(text, line) }
            if kind == .blank { return }
            leaveGroup()
        }
        step(text, line, kind, depth: 0)
    }

    /// Looks for the first line of a traceback.
    private mutating func begin(_ text: RawSpan, _ line: Line, _ kind: TracebackLine) {
        switch kind {
        case .tracebackHeader, .groupHeader, .typeLine, .frame:
            // Once a line was passed over, text like a type line is only text.
            guard kind != .typeLine || trace == .none else { return }
            isTentative = kind == .typeLine
            trace = ByteRange(line.start, line.end)
            chains.append(Chain())
            step(text, line, kind, depth: 0)
        case .stackInfoHeader:
            takeStackInfo(line)
        case .blank: break
        default: trace = ByteRange(line.start, line.end)
        }
    }

    /// Sorts a line with a margin by depth: `  |` belongs to the outermost group, whose chain is at depth 0.
    private mutating func readMargin(_ text: RawSpan, _ line: Line) {
        var at = line.start
        while text[at] == UInt8(ascii: " ") { at += 1 }
        let depth = (at - line.start) / 2 - 1
        if text[at] == UInt8(ascii: "+") { return readSeparator(text, line, at, depth) }
        guard depth >= 0, depth < chains.count else { return }
        closeMembers(above: depth)
        let start = min(at + 2, line.end)
        let kind = TracebackLine.classify(text, start, line.end)
        step(text, Line(start: start, end: line.end, limit: line.limit), kind, depth: depth)
    }

    /// Opens or closes a member: `+-+---- 1 ----`, `+---- 2 ----`, `+--------`.
    private mutating func readSeparator(_ text: RawSpan, _ line: Line, _ plus: Int, _ depth: Int) {
        trace.upper = UInt32(truncatingIfNeeded: line.end)
        let opens = text.has("+-+-", at: plus, limit: line.end)
        let member = opens ? depth + 1 : depth
        guard member >= 1, member <= chains.count, member < 64 else { return }
        closeMembers(above: member - 1)
        if text.index(of: UInt8(ascii: " "), from: plus, to: line.end) == line.end { return }
        var chain = Chain()
        chain.isInMargin = true
        chains.append(chain)
    }

    private mutating func leaveGroup() {
        closeMembers(above: 0)
        chains[0].isInMargin = false
        chains[0].state = .closed
    }

    /// Ends the chains deeper than `depth`; what each led to becomes a member of the group around it.
    private mutating func closeMembers(above depth: Int) {
        while chains.count - 1 > depth {
            let ended = chains.removeLast()
            chains[chains.count - 1].state = .closed
            guard let member = ended.current, let group = chains[chains.count - 1].current else { continue }
            nodes[member].exception.relation = .group
            nodes[member].exception.parent = group
            if let last = nodes[group].lastMember {
                nodes[last].nextMember = member
            } else {
                nodes[group].firstMember = member
            }
            nodes[group].lastMember = member
        }
    }

    private mutating func takeStackInfo(_ line: Line) {
        stackInfo = ByteRange(line.start, line.limit)
        isDone = true
    }
}

// MARK: - The states of a chain

extension ExceptionParser {
    private mutating func step(_ text: RawSpan, _ line: Line, _ kind: TracebackLine, depth: Int) {
        switch chains[depth].state {
        case .expecting: expect(text, line, kind, depth)
        case .stack: readStack(text, line, kind, depth)
        case .text: readText(text, line, kind, depth)
        case .closed: readBehind(text, line, kind, depth)
        }
    }

    private mutating func expect(_ text: RawSpan, _ line: Line, _ kind: TracebackLine, _ depth: Int) {
        switch kind {
        case .tracebackHeader:
            open(line, depth, .stack)
        case .groupHeader:
            open(line, depth, .stack)
            nodes[nodes.count - 1].exception.isGroup = true
            chains[depth].isInMargin = true
        case .frame:
            open(line, depth, .stack)
            readStack(text, line, kind, depth)
        case .typeLine:
            open(line, depth, .text)
            readType(text, line, depth)
        default: break
        }
    }

    private mutating func readStack(_ text: RawSpan, _ line: Line, _ kind: TracebackLine, _ depth: Int) {
        guard let current = chains[depth].current else { return }
        switch kind {
        case .frame:
            extend(line)
            guard let frame = StackFrame(text, line.start, line.end) else { return }
            if frame.function.isEmpty {
                nodes[current].exception.location =
                    ByteRange(line.start + 2, TracebackLine.trimmedEnd(text, line.start, line.end))
            } else {
                frames.append(frame)
                nodes[current].exception.frames = nodes[current].exception.frames.lowerBound..<frames.count
            }
        case .repeated: readRepeated(text, line, current)
        case .indented, .marker, .margin: extend(line)
        case .blank: break
        case .chainSentence: join(text, line, depth)
        case .stackInfoHeader where depth == 0: takeStackInfo(line)
        case .tracebackHeader, .groupHeader:
            // The stack before broke off and nothing joins them: the later one is the one that was logged last.
            guard depth == 0 else { return }
            restart()
            begin(text, line, kind)
        case .typeLine, .other, .stackInfoHeader:
            chains[depth].state = .text
            readType(text, line, depth)
        }
    }

    private mutating func readText(_ text: RawSpan, _ line: Line, _ kind: TracebackLine, _ depth: Int) {
        guard let current = chains[depth].current else { return }
        switch kind {
        case .blank: return
        case .chainSentence where isJoint(text, line, depth, current):
            return join(text, line, depth)
        case .stackInfoHeader where depth == 0 && isFollowedByFrame(text, line):
            return takeStackInfo(line)
        case .tracebackHeader, .groupHeader:
            if isTentative {
                restart()
                return begin(text, line, kind)
            }
            nodes[current].holdsTraceback = true
        default: break
        }
        extend(line)
        guard nodes[current].hasText else { return }
        nodes[current].exception.message.upper = UInt32(truncatingIfNeeded: line.end)
    }

    /// Behind a group's members only a joining sentence or `stack_info` can come.
    private mutating func readBehind(_ text: RawSpan, _ line: Line, _ kind: TracebackLine, _ depth: Int) {
        if kind == .chainSentence { join(text, line, depth) }
        if kind == .stackInfoHeader && depth == 0 { takeStackInfo(line) }
    }

    private mutating func open(_ line: Line, _ depth: Int, _ state: Chain.State) {
        extend(line)
        let index = nodes.count
        var node = Node()
        node.exception.frames = frames.count..<frames.count
        if let cause = chains[depth].current {
            node.cause = cause
            nodes[cause].exception.relation = chains[depth].relation
            nodes[cause].exception.parent = index
        }
        nodes.append(node)
        chains[depth].current = index
        chains[depth].state = state
    }

    private mutating func readType(_ text: RawSpan, _ line: Line, _ depth: Int) {
        guard let current = chains[depth].current else { return }
        guard let typeEnd = TracebackLine.typeEnd(text, line.start, line.end) else {
            // Not what Python prints behind a stack: the rest of the traceback is missing.
            return chains[depth].state = .closed
        }
        extend(line)
        nodes[current].exception.type = ByteRange(line.start, typeEnd)
        if chains[depth].isInMargin { nodes[current].exception.margin = UInt16(2 * depth + 4) }
        nodes[current].hasText = typeEnd < line.end && text[typeEnd] == UInt8(ascii: ":")
        if nodes[current].hasText {
            nodes[current].exception.message = ByteRange(min(typeEnd + 2, line.end), line.end)
        }
    }

    private mutating func readRepeated(_ text: RawSpan, _ line: Line, _ current: Int) {
        extend(line)
        guard !nodes[current].exception.frames.isEmpty else { return }
        var at = line.start + "  [Previous line repeated ".utf8.count
        var count: UInt32 = 0
        while at < line.end, text[at] &- UInt8(ascii: "0") < 10, count < 100_000_000 {
            count = count * 10 + UInt32(text[at] - UInt8(ascii: "0"))
            at += 1
        }
        let total = UInt64(frames[frames.count - 1].repeated) + UInt64(count)
        frames[frames.count - 1].repeated = UInt32(clamping: total)
    }

    private mutating func join(_ text: RawSpan, _ line: Line, _ depth: Int) {
        isTentative = false
        extend(line)
        chains[depth].relation = text[line.start] == UInt8(ascii: "T") ? .cause : .context
        chains[depth].state = .expecting
    }

    private mutating func extend(_ line: Line) {
        trace.upper = UInt32(truncatingIfNeeded: line.end)
    }

    /// Whether a sentence inside an exception's text joins it to the next block, rather than being text.
    ///
    /// It does if a block follows. oslo.messaging joins the lines of a remote traceback with another newline each, so
    /// within the text of such an exception a header with a blank line behind it is still the remote side's.
    private func isJoint(_ text: RawSpan, _ line: Line, _ depth: Int, _ current: Int) -> Bool {
        guard depth == 0 else { return true }
        guard let next = firstLine(text, behind: line) else { return true }
        switch TracebackLine.classify(text, next.start, next.end) {
        case .groupHeader, .typeLine, .frame: return !nodes[current].holdsTraceback
        case .tracebackHeader:
            return !nodes[current].holdsTraceback || isFollowedByFrame(text, next)
        default: return false
        }
    }

    private func isFollowedByFrame(_ text: RawSpan, _ line: Line) -> Bool {
        guard line.end + 1 < line.limit else { return true }
        let end = text.index(of: UInt8(ascii: "\n"), from: line.end + 1, to: line.limit)
        return TracebackLine.classify(text, line.end + 1, end) == .frame
    }

    /// The next line that is not blank.
    private func firstLine(_ text: RawSpan, behind line: Line) -> Line? {
        var at = line.end + 1
        while at < line.limit {
            let end = text.index(of: UInt8(ascii: "\n"), from: at, to: line.limit)
            if TracebackLine.classify(text, at, end) != .blank { return Line(start: at, end: end, limit: line.limit) }
            at = end + 1
        }
        return nil
    }
}

// MARK: - The final order

extension ExceptionParser {
    private mutating func finish(_ text: RawSpan) -> Bool {
        guard !chains.isEmpty else {
            trace = .none
            return !stackInfo.isEmpty
        }
        closeMembers(above: 0)
        guard let root = chains[0].current else { return false }
        let exception = nodes[root].exception
        // What `exc_info=True` prints where no exception is active.
        if text.equal(exception.type, "NoneType"), text.equal(exception.message, "None") { return true }
        arrange(from: root)
        fingerprint(text)
        return true
    }

    private mutating func arrange(from root: Int) {
        pending.removeAll(keepingCapacity: true)
        pending.append(root)
        while let node = pending.popLast() {
            let index = exceptions.count
            exceptions.append(nodes[node].exception)
            // Popped in reverse: the cause directly behind, then the members in their order.
            let firstPending = pending.count
            var member = nodes[node].firstMember
            while let next = member {
                nodes[next].exception.parent = index
                pending.append(next)
                member = nodes[next].nextMember
            }
            reversePending(from: firstPending)
            if let cause = nodes[node].cause {
                nodes[cause].exception.parent = index
                pending.append(cause)
            }
        }
    }

    /// In place: reversing a slice of the array would copy it.
    private mutating func reversePending(from first: Int) {
        var low = first
        var high = pending.count - 1
        while low < high {
            pending.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
