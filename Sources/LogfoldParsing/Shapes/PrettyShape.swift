// `pretty`: an event for people.
//
//   2026-11-22T16:59:18.071Z ERROR    nova.compute.manager [nova-compute] req-95332f14-… Failed to attach volume
//       Traceback (most recent call last):
//       …
//       flags: truncated

struct PrettyShape {
    /// Whether to use SGR colours.
    let colours: Bool

    /// Writes the event; `text` is scratch space.
    func write(
        _ event: borrowing EventView, _ line: RawSpan, _ text: inout ByteBuffer, into output: inout ByteBuffer
    ) {
        let level = event.text("log.level") ?? .none
        field(event.text("@timestamp"), "", "", Self.dim, line, &text, &output)
        self.level(level, line, &text, &output)
        field(event.text("log.logger"), "", "", "", line, &text, &output)
        field(event.text("service.name"), "[", "]", Self.dim, line, &text, &output)
        field(event.text("http.request.id"), "", "", Self.dim, line, &text, &output)
        field(event.text("openstack.instance.id"), "[instance: ", "]", Self.dim, line, &text, &output)
        decode(event.text("message") ?? .none, line, &text)
        // A message may end with newlines, as every warning of Python does: an empty line tells a person nothing.
        while text.count > 0, text[text.count - 1] == 0x0A { text.truncate(to: text.count - 1) }
        text.withSpan { output.append(visible: $0) }
        output.append(0x0A)
        block(event.text("openstack.error_summary"), Self.colour(level, line), line, &text, &output)
        block(event.text("error.stack_trace"), Self.dim, line, &text, &output)
        if case .json(let flags) = event.value("logfold.flags") { self.flags(flags, line, &text, &output) }
    }

    private static let dim: StaticString = "\u{1B}[2m"
    private static let reset: StaticString = "\u{1B}[0m"

    private static func colour(_ level: ByteRange, _ line: RawSpan) -> StaticString {
        for entry in levelColours where line.equal(level, entry.level) { return entry.colour }
        return ""
    }

    private static let levelColours: [(level: StaticString, colour: StaticString)] = [
        ("trace", dim), ("debug", dim), ("info", "\u{1B}[32m"), ("notice", "\u{1B}[36m"),
        ("warning", "\u{1B}[33m"), ("error", "\u{1B}[31m"), ("critical", "\u{1B}[1;31m"),
    ]

    private func paint(_ colour: StaticString, _ output: inout ByteBuffer) {
        if colours, colour.utf8CodeUnitCount > 0 { output.append(colour) }
    }

    private func unpaint(_ colour: StaticString, _ output: inout ByteBuffer) {
        if colours, colour.utf8CodeUnitCount > 0 { output.append(Self.reset) }
    }

    /// A word of the first line, if it is there, and a space.
    private func field(
        _ range: ByteRange?, _ before: StaticString, _ after: StaticString, _ colour: StaticString, _ line: RawSpan,
        _ text: inout ByteBuffer, _ output: inout ByteBuffer
    ) {
        guard let range else { return }
        decode(range, line, &text)
        paint(colour, &output)
        output.append(before)
        text.withSpan { output.append(visible: $0) }
        output.append(after)
        unpaint(colour, &output)
        output.append(" ")
    }

    /// The level in capitals, as wide as the widest name, so that what follows stands in columns.
    private func level(_ level: ByteRange, _ line: RawSpan, _ text: inout ByteBuffer, _ output: inout ByteBuffer) {
        let colour = Self.colour(level, line)
        paint(colour, &output)
        text.removeAll()
        text.append(upperCased: line, level)
        text.withSpan { output.append(visible: $0) }
        unpaint(colour, &output)
        for _ in 0..<Swift.max(1, 9 - level.count) { output.append(" ") }
    }

    /// Lines of their own, indented.
    private func block(
        _ range: ByteRange?, _ colour: StaticString, _ line: RawSpan, _ text: inout ByteBuffer,
        _ output: inout ByteBuffer
    ) {
        guard let range else { return }
        decode(range, line, &text)
        output.append("    ")
        paint(colour, &output)
        text.withSpan { output.append(visible: $0) }
        unpaint(colour, &output)
        output.append(0x0A)
    }

    private func flags(_ flags: ByteRange, _ line: RawSpan, _ text: inout ByteBuffer, _ output: inout ByteBuffer) {
        let colour: StaticString = "\u{1B}[35m"
        output.append("    ")
        paint(colour, &output)
        output.append("flags:")
        var reader = JSONReader(flags)
        while case let token = reader.next(line), token != .end {
            if case .invalid = token { break }
            guard case .string(let flag) = token else { continue }
            output.append(" ")
            decode(flag, line, &text)
            text.withSpan { output.append(visible: $0) }
        }
        unpaint(colour, &output)
        output.append(0x0A)
    }

    private func decode(_ range: ByteRange, _ line: RawSpan, _ text: inout ByteBuffer) {
        text.removeAll()
        _ = text.append(jsonDecoded: line, range)
    }
}

extension ByteBuffer {
    /// Appends text so that it cannot steer a terminal: newlines stay (further lines are indented) and so do
    /// tabs; other control characters, C1 with them, are written as `\u001b`.
    fileprivate mutating func append(visible text: RawSpan) {
        var at = 0
        while at < text.byteCount {
            let byte = text[at]
            at += 1
            switch byte {
            case 0x0A:
                append(byte)
                append("    ")
            case 0x09: append(byte)
            case 0xC2 where at < text.byteCount && 0x80...0x9F ~= text[at]:
                append(escape: text[at])
                at += 1
            case 0..<0x20, 0x7F: append(escape: byte)
            default: append(byte)
            }
        }
    }

    private mutating func append(escape scalar: UInt8) {
        append("\\u00")
        for digit in [scalar >> 4, scalar & 0x0F] { append(digit < 10 ? digit + 0x30 : digit - 10 + 0x61) }
    }
}
