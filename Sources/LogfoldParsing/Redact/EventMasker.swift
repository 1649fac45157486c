/// Masks what ``SecretRules`` find in an event that is written: in each text by itself, and what was found in one text
/// wherever else in the event it stands.
///
/// An event has copies of its text (message, stack trace, exception, original lines), and not each of them has what a
/// rule looks for around the secret. Fields that say where and when an event was read are left as they are: sinks
/// address by them. A field that a store holds as an address or an id is left out rather than masked.
struct EventMasker: ~Copyable {
    /// What is to be put in place of a stretch of the line.
    private struct Edit {
        var range: ByteRange
        var replacement: Replacement
    }

    private enum Replacement {
        /// `***`, inside a text.
        case stars
        /// `"***"` in place of a value that is no text.
        case text
        /// Nothing: the member is taken out.
        case nothing
    }

    private var view = EventView()
    private var text = ByteBuffer()
    private var scratch = ByteBuffer()
    private var masks: [ByteRange] = []
    private var edits: [Edit] = []
    /// What was found in the event at hand: lines of masked texts.
    private var secrets: [[UInt8]] = []
    private var matcher = PatternMatcher()

    /// Shorter pieces are masked where they are found only: elsewhere they stand by chance.
    private static let shortestSecret = 4
    /// More pieces of one event are not looked for elsewhere.
    private static let mostSecrets = 64

    /// How often a pattern was given up because it would have taken too long.
    var limited: Int { matcher.limited }

    /// Masks the event that `output` holds from `start` to its end; says whether anything was.
    mutating func mask(_ rules: SecretRules, _ output: inout ByteBuffer, from start: Int) -> Bool {
        guard Self.findAll(rules, output, start, &self) else { return false }
        scratch.removeAll()
        Self.rewrite(output, start, edits, to: &scratch)
        output.truncate(to: start)
        Self.copy(scratch, to: &output)
        return true
    }

    // Static, since a buffer cannot be lent by `self` while `self` changes.

    private static func findAll(
        _ rules: SecretRules, _ output: borrowing ByteBuffer, _ start: Int, _ masker: inout EventMasker
    ) -> Bool {
        let line = ByteRange(start, output.count)
        return output.withPaddedSpan { bytes in
            guard masker.view.read(bytes, line) else { return false }
            masker.secrets.removeAll(keepingCapacity: true)
            masker.pass(rules, bytes)
            guard !masker.edits.isEmpty else { return false }
            // What one text gave away, the others must not keep.
            if !masker.secrets.isEmpty { masker.pass(rules, bytes) }
            return true
        }
    }

    private static func rewrite(
        _ output: borrowing ByteBuffer, _ start: Int, _ edits: [Edit], to scratch: inout ByteBuffer
    ) {
        output.withPaddedSpan { bytes in
            var at = start
            for edit in edits where edit.range.start >= at {
                scratch.append(bytes, at, edit.range.start)
                switch edit.replacement {
                case .stars: scratch.append("***")
                case .text: scratch.append("\"***\"")
                case .nothing: break
                }
                at = edit.range.end
            }
            scratch.append(bytes, at, output.count)
        }
    }

    private static func copy(_ scratch: borrowing ByteBuffer, to output: inout ByteBuffer) {
        scratch.withPaddedSpan { output.append($0, 0, scratch.count) }
    }
}

// MARK: - The texts of an event

extension EventMasker {
    /// Looks through all members once; fills ``edits`` in the order of the line.
    private mutating func pass(_ rules: SecretRules, _ line: RawSpan) {
        edits.removeAll(keepingCapacity: true)
        for index in view.members.indices {
            let member = view.members[index]
            let treatment = view.paths.withSpan { Treatment($0, member.path, rules) }
            switch (treatment, member.value) {
            case (.left, _): break
            case (.secret, .string(let range)): if !line.equal(range, "***") { hide(range, line) }
            case (.secret, .number(let range)), (.secret, .json(let range)):
                edits.append(Edit(range: range, replacement: .text))
            case (_, .string(let range)): scan(range, rules, line, isRemoved: treatment == .removed)
            case (_, .json(let range)): scanAll(range, rules, line)
            case (_, .number), (_, .bool): break
            }
        }
    }

    /// What is done with a field.
    private enum Treatment {
        /// It is not looked at.
        case left
        /// Secrets in it are masked.
        case scanned
        /// It goes if there is a secret in it.
        case removed
        /// All of it is a secret.
        case secret

        init(_ paths: RawSpan, _ path: ByteRange, _ rules: SecretRules) {
            if paths.has("openstack.extra.", at: path.start, limit: path.end) {
                self = rules.names(paths, path) ? .secret : .scanned
            } else if paths.equal(path, "client.ip") || paths.equal(path, "trace.id") {
                self = .removed
            } else if paths.equal(path, "event.original") {
                self = .scanned
            } else {
                self = Self.prefixesLeft.contains { paths.has($0, at: path.start, limit: path.end) } ? .left : .scanned
            }
        }

        private static let prefixesLeft: [StaticString] = [
            "@timestamp", "event.", "log.level", "log.logger", "log.file.", "service.", "host.", "labels.", "tags",
            "ecs.", "agent.", "logfold.", "openstack.exception.fingerprint",
        ]
    }

    /// Looks through the texts of a list or of an object that lies deep.
    private mutating func scanAll(_ range: ByteRange, _ rules: SecretRules, _ line: RawSpan) {
        var reader = JSONReader(range)
        while true {
            switch reader.next(line) {
            case .string(let text): scan(text, rules, line, isRemoved: false)
            case .end, .invalid: return
            default: continue
            }
        }
    }

    private mutating func scan(_ range: ByteRange, _ rules: SecretRules, _ line: RawSpan, isRemoved: Bool) {
        if range.isEmpty { return }
        masks.removeAll(keepingCapacity: true)
        let isEscaped = line.index(of: UInt8(ascii: "\\"), from: range.start, to: range.end) < range.end
        if isEscaped {
            text.removeAll()
            _ = text.append(jsonDecoded: line, range)
            Self.findDecoded(rules, text, secrets, &matcher, &masks)
        } else {
            Self.find(rules, line, range, secrets, &matcher, &masks)
        }
        guard !masks.isEmpty else { return }
        if isRemoved { return edits.append(Edit(range: Self.member(of: range, line), replacement: .nothing)) }
        if isEscaped {
            Self.keep(text, masks, &secrets)
            OwnOutputRedactor.escape(&masks, line, range)
        } else {
            Self.keep(line, masks, &secrets)
        }
        for mask in masks { edits.append(Edit(range: mask, replacement: .stars)) }
    }

    private mutating func hide(_ range: ByteRange, _ line: RawSpan) {
        guard !range.isEmpty else { return }
        text.removeAll()
        _ = text.append(jsonDecoded: line, range)
        Self.keep(text, [ByteRange(0, text.count)], &secrets)
        edits.append(Edit(range: range, replacement: .stars))
    }

    /// All of a member of an object, given the text that is its value, with one of the commas beside it.
    private static func member(of value: ByteRange, _ line: RawSpan) -> ByteRange {
        func skipBack(_ from: Int) -> Int {
            var at = from
            while at > 0, line[at - 1] <= 0x20 { at -= 1 }
            return at
        }
        // Behind the key's name: blanks, a colon, blanks, the quote. The name has no quote in it.
        let colon = skipBack(value.start - 1) - 1
        let keyEnd = skipBack(colon) - 1
        let key = line.lastIndex(of: UInt8(ascii: "\""), from: 0, to: keyEnd) ?? keyEnd
        let before = skipBack(key)
        if before > 0, line[before - 1] == UInt8(ascii: ",") { return ByteRange(before - 1, value.end + 1) }
        var behind = value.end + 1
        while line[behind] <= 0x20 { behind += 1 }
        return ByteRange(key, line[behind] == UInt8(ascii: ",") ? behind + 1 : value.end + 1)
    }
}

// MARK: - Secrets of a text

extension EventMasker {
    private static func findDecoded(
        _ rules: SecretRules, _ text: borrowing ByteBuffer, _ secrets: [[UInt8]], _ matcher: inout PatternMatcher,
        _ masks: inout [ByteRange]
    ) {
        let all = ByteRange(0, text.count)
        text.withPaddedSpan { find(rules, $0, all, secrets, &matcher, &masks) }
    }

    /// Where the secrets of a text lie, sorted and disjoint.
    private static func find(
        _ rules: SecretRules, _ text: RawSpan, _ range: ByteRange, _ secrets: [[UInt8]],
        _ matcher: inout PatternMatcher, _ masks: inout [ByteRange]
    ) {
        rules.find(text, range, &matcher, &masks)
        for secret in secrets {
            var at = range.start
            while let found = text.firstIndex(of: secret, from: at, to: range.end) {
                masks.append(ByteRange(found, found + secret.count))
                at = found + secret.count
            }
        }
        guard masks.count > 1 else { return }
        masks.sort { $0.start < $1.start }
        var last = 0
        for mask in masks.dropFirst() {
            if mask.start <= masks[last].end {
                masks[last].upper = max(masks[last].upper, mask.upper)
            } else {
                last += 1
                masks[last] = mask
            }
        }
        masks.removeSubrange((last + 1)...)
    }

    private static func keep(_ text: borrowing ByteBuffer, _ masks: [ByteRange], _ secrets: inout [[UInt8]]) {
        text.withPaddedSpan { keep($0, masks, &secrets) }
    }

    /// Remembers the lines of what is masked, to be looked for in the other texts: there a prefix may stand between.
    private static func keep(_ text: RawSpan, _ masks: [ByteRange], _ secrets: inout [[UInt8]]) {
        for mask in masks {
            var at = mask.start
            while at < mask.end {
                let end = text.index(of: UInt8(ascii: "\n"), from: at, to: mask.end)
                if end - at >= shortestSecret, secrets.count < mostSecrets {
                    let secret = (at..<end).map { text[$0] }
                    if !secrets.contains(secret) { secrets.append(secret) }
                }
                at = end + 1
            }
        }
    }
}
