package import LogfoldParsing

/// One event of the engine's output, for tests: members by their dotted paths, as text.
package struct EventLine: CustomStringConvertible {
    /// The JSON.
    package let json: JSONValue
    /// The JSON as it was written.
    package let description: String

    /// The event of a JSON line; nil if the line is no object.
    package init?(_ line: ArraySlice<UInt8>) {
        guard let json = JSONValue(Array(line)) else { return nil }
        self.json = json
        description = String(decoding: line, as: UTF8.self)
    }

    /// The text or number at a path, an array's elements joined by blanks; nil where there is nothing.
    package subscript(_ path: String) -> String? {
        var value: JSONValue? = json
        for key in path.split(separator: ".") { value = value?[String(key)] }
        guard case .array(let elements)? = value else { return value?.text }
        return elements.compactMap(\.text).joined(separator: " ")
    }

    /// The message, which every event has.
    package var message: String { self["message"] ?? "no message" }
    /// The flags.
    package var flags: String { self["logfold.flags"] ?? "" }
    /// How many physical lines were folded.
    package var lines: Int { Int(self["logfold.lines"] ?? "1") ?? 0 }
}

extension EngineOutput {
    /// The events in their order.
    package var events: [EventLine] { lines.split(separator: 0x0A).compactMap(EventLine.init) }
}

/// The events that a log has, with nothing masked and times in UTC.
package func events(_ log: String, _ change: (inout EngineOptions) -> Void = { _ in }) -> [EventLine] {
    var options = EngineOptions.judged
    change(&options)
    return EngineOutput(Array(log.utf8), options: options).events
}
