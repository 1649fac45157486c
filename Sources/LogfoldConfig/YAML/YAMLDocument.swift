/// Builds the tree of a YAML document out of its events.
///
/// What is odd but can be read over is noted: a key that is there twice, a key that is not a text, a merge key, a tag.
/// What cannot ends the reading with an error. An alias becomes a copy of what its anchor marks; copies cost nothing
/// here, but reading them does, so their number and their depth are bounded.
struct YAMLDocument {
    /// How many levels of lists and sections there may be.
    static let deepest = 64
    /// How many values aliases may stand for, all together.
    static let mostExpanded = 10_000
    /// How many bytes of text they may stand for.
    static let mostExpandedBytes = ConfigEnvironment.largestFile

    private struct Anchored {
        var node: YAMLNode
        /// Values in it, copies included.
        var count = 1
        /// Bytes of the texts in it.
        var bytes = 0
        /// Levels in it.
        var height = 0

        /// A node with these values in it.
        init(_ node: YAMLNode, bytes: Int = 0, height: Int = 0) {
            self.node = node
            self.bytes = bytes
            self.height = height
        }

        mutating func contain(_ other: Anchored) {
            count += other.count
            bytes += other.bytes
            height = max(height, other.height + 1)
        }
    }

    private let events: YAMLEventReader
    private let file: String
    private let problems: ConfigProblems
    private var anchors: [String: Anchored] = [:]
    private var openAnchors: Set<String> = []
    private var expanded = 0
    private var expandedBytes = 0

    /// The tree of a text with one document; nil where the text holds nothing but comments.
    static func read(_ bytes: [UInt8], file: String, problems: ConfigProblems) throws(YAMLSyntaxError) -> YAMLNode? {
        var document = YAMLDocument(events: YAMLEventReader(bytes), file: file, problems: problems)
        return try document.readStream()
    }

    private init(events: YAMLEventReader, file: String, problems: ConfigProblems) {
        self.events = events
        self.file = file
        self.problems = problems
    }

    private mutating func readStream() throws(YAMLSyntaxError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd: return root
            case .streamStart, .documentEnd: continue
            case .documentStart:
                guard root == nil else {
                    throw YAMLSyntaxError("a second document begins here; remove the line '---'", at: event.start)
                }
            default: root = try node(event, depth: 1).node
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLSyntaxError) -> Anchored {
        if case .alias(let name) = event.kind { return try expand(name, at: event, depth: depth) }
        noteTag(event)
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let position = position(event.start)
        var made: Anchored
        switch event.kind {
        case .scalar(let text, let isPlain, let isBlock):
            let scalar = scalar(text, event, isPlain: isPlain, isBlock: isBlock)
            made = Anchored(YAMLNode(content: .scalar(scalar), position: position), bytes: text.utf8.count)
        case .sequenceStart:
            made = try list(depth: depth, event)
        default:
            made = try mapping(depth: depth, event)
        }
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = made
        }
        return made
    }

    private mutating func list(depth: Int, _ start: YAMLEvent) throws(YAMLSyntaxError) -> Anchored {
        try requireDepth(depth, at: start)
        var elements: [YAMLNode] = []
        var made = Anchored(YAMLNode(content: .list([]), position: position(start.start)), height: 1)
        while true {
            let event = try events.next()
            if event.kind == .sequenceEnd { break }
            let element = try node(event, depth: depth + 1)
            elements.append(element.node)
            made.contain(element)
        }
        made.node.content = .list(elements)
        return made
    }

    private mutating func mapping(depth: Int, _ start: YAMLEvent) throws(YAMLSyntaxError) -> Anchored {
        try requireDepth(depth, at: start)
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        var made = Anchored(YAMLNode(content: .mapping([]), position: position(start.start)), height: 1)
        while true {
            let event = try events.next()
            if event.kind == .mappingEnd { break }
            let key = try key(event, depth: depth + 1)
            let value = try node(try events.next(), depth: depth + 1)
            guard let key else { continue }
            let position = position(event.start)
            if let first = lines[key] {
                problems.note(
                    "\(Shown.quoted(key)) is there twice, first in line \(first); remove one of them", at: position)
                continue
            }
            lines[key] = position.line
            entries.append(YAMLEntry(key: key, position: position, value: value.node))
            made.contain(value)
            made.bytes += key.utf8.count
        }
        made.node.content = .mapping(entries)
        return made
    }

    /// The text of a key, or nil where it cannot be one; its value is read over then.
    private mutating func key(_ event: YAMLEvent, depth: Int) throws(YAMLSyntaxError) -> String? {
        let position = position(event.start)
        let node = try node(event, depth: depth).node
        guard case .scalar(let scalar) = node.content else {
            problems.note("a key is \(node.kindName) here; a key must be a text", at: position)
            return nil
        }
        if scalar.isPlain, scalar.text == "<<" {
            problems.note(
                "merge keys ('<<') are not read; write the keys out, or repeat a whole value with '*name'", at: position
            )
            return nil
        }
        if scalar.isNull || scalar.text.isEmpty {
            problems.note("a key is empty here; write 'key: value'", at: position)
            return nil
        }
        return scalar.text
    }

    private mutating func expand(
        _ name: String, at event: YAMLEvent, depth: Int
    ) throws(YAMLSyntaxError) -> Anchored {
        guard let anchored = anchors[name], !openAnchors.contains(name) else {
            let reason =
                openAnchors.contains(name)
                ? "the alias '*\(name)' stands inside of what it repeats; write the value out"
                : "there is no '&\(name)' before this '*\(name)'; put a text that begins with '*' into quotes"
            throw YAMLSyntaxError(reason, at: event.start)
        }
        expanded += anchored.count
        expandedBytes += anchored.bytes
        guard expanded <= Self.mostExpanded, expandedBytes <= Self.mostExpandedBytes else {
            let limit = expanded > Self.mostExpanded ? "\(Self.mostExpanded) values" : "\(Self.mostExpandedBytes) bytes"
            throw YAMLSyntaxError("the aliases up to here stand for more than \(limit); use fewer", at: event.start)
        }
        try requireDepth(depth + anchored.height - 1, at: event)
        return anchored
    }

    private func requireDepth(_ depth: Int, at event: YAMLEvent) throws(YAMLSyntaxError) {
        guard depth > Self.deepest else { return }
        throw YAMLSyntaxError("this is nested deeper than \(Self.deepest) levels; flatten it", at: event.start)
    }

    private func noteTag(_ event: YAMLEvent) {
        guard let tag = event.tag, tag != "!", tag != "tag:yaml.org,2002:str" else { return }
        problems.note("the type \(Shown.quoted(tag)) is not known here; remove it", at: position(event.start))
    }

    private func scalar(_ text: String, _ event: YAMLEvent, isPlain: Bool, isBlock: Bool) -> YAMLScalar {
        let quotes = isPlain ? 0 : 1
        // Anchor and tag stand between the place of the event and its text.
        let isAlone = event.anchor == nil && event.tag == nil && !isBlock && event.start.line == event.end.line
        let isAsWritten = event.end.column - event.start.column == text.unicodeScalars.count + 2 * quotes
        // A tag says that it is text.
        return YAMLScalar(
            text: text, isPlain: isPlain && event.tag == nil, textColumn: isAlone && isAsWritten ? quotes : nil)
    }

    private func position(_ mark: YAMLMark) -> ConfigPosition {
        ConfigPosition(file: file, line: mark.line + 1, column: mark.column + 1)
    }
}
