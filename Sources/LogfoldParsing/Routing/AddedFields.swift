/// Constants that are put into events: `labels.*`, `tags`, and objects of the operator's own.
package struct AddedFields: Sendable, Equatable {
    /// A constant.
    package enum Value: Sendable, Equatable {
        /// Text.
        case text(String)
        /// A number as JSON writes it; one that JSON does not know is written as text.
        case number(String)
        /// `true` or `false`.
        case flag(Bool)
    }

    /// A member of an object.
    package struct Field: Sendable, Equatable {
        /// The object at the top of the event: `labels`, or one of the operator's own.
        package var object: String
        /// The key in it.
        package var key: String
        /// Its value.
        package var value: Value

        /// A member.
        package init(_ object: String, _ key: String, _ value: Value) {
            self.object = object
            self.key = key
            self.value = value
        }
    }

    /// Members of objects; of two with one name the later one holds.
    package var fields: [Field]
    /// Words for `tags`; one that an event has already is not added again.
    package var tags: [String]

    /// Constants.
    package init(fields: [Field] = [], tags: [String] = []) {
        self.fields = fields
        self.tags = tags
    }

    /// Whether there is nothing to add.
    package var isEmpty: Bool { fields.isEmpty && tags.isEmpty }

    /// Names at the top of an event that are the schema's: nothing can be added to them but to `labels`.
    package static let reserved: Set<String> = Set(
        (ConditionField.table.map(\.name) + ConditionField.unseen.map(\.name)).compactMap { name in
            name.split(separator: ".").first.map(String.init)
        })
}

/// The same as JSON, merged by the rules of ``AddedFields``.
struct AddedMembers: Equatable {
    /// An object's members in the order in which they were first named.
    struct Object: Equatable {
        /// The name, escaped.
        let name: [UInt8]
        /// Keys and values, escaped.
        var members: [(key: [UInt8], value: [UInt8])] = []

        static func == (left: Object, right: Object) -> Bool {
            left.name == right.name && left.members.elementsEqual(right.members) { $0 == $1 }
        }

        mutating func set(_ key: [UInt8], _ value: [UInt8]) {
            if let known = members.firstIndex(where: { $0.key == key }) {
                members[known].value = value
            } else {
                members.append((key, value))
            }
        }
    }

    private(set) var objects: [Object] = []
    /// Words, escaped.
    private(set) var tags: [[UInt8]] = []

    /// Adds constants to those that are there.
    mutating func add(_ added: AddedFields) {
        for field in added.fields {
            let name = SourceFacts.escaped(field.object)
            let index = objects.firstIndex { $0.name == name } ?? objects.count
            if index == objects.count { objects.append(Object(name: name)) }
            objects[index].set(SourceFacts.escaped(field.key), Self.json(field.value))
        }
        for tag in added.tags.map(SourceFacts.escaped) where !tags.contains(tag) { tags.append(tag) }
    }

    private static func json(_ value: AddedFields.Value) -> [UInt8] {
        switch value {
        case .flag(let flag): return Array("\(flag)".utf8)
        case .number(let number) where FieldNumber(number) != nil: return Array(number.utf8)
        case .number(let text), .text(let text):
            let quote = UInt8(ascii: "\"")
            return [quote] + SourceFacts.escaped(text) + [quote]
        }
    }

    /// The members, each with a comma in front.
    var json: [UInt8] {
        var bytes: [UInt8] = []
        for object in objects {
            bytes += ",\"".utf8 + object.name + "\":".utf8 + Self.json(object.members)
        }
        if !tags.isEmpty { bytes += ",\"tags\":".utf8 + Self.json(tags) }
        return bytes
    }

    private static func json(_ members: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, value) in members { bytes += (bytes.isEmpty ? "{\"" : ",\"").utf8 + key + "\":".utf8 + value }
        return bytes + "}".utf8
    }

    private static func json(_ texts: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts { bytes += (bytes.isEmpty ? "[\"" : ",\"").utf8 + text + "\"".utf8 }
        return bytes + "]".utf8
    }
}

// MARK: - Into an event that has some already

extension AddedMembers {
    /// Writes the event at `range` with these members: where an object or `tags` is there already, it is taken along
    /// and comes last. A text that is no object is copied as it is.
    func merge(into line: RawSpan, _ range: ByteRange, to output: inout ByteBuffer) {
        var merged = self
        var kept: [ByteRange] = []
        guard merged.takeMembers(of: line, range, &kept) else { return output.append(line, range) }
        output.append("{")
        for (number, member) in kept.enumerated() {
            if number > 0 { output.append(",") }
            output.append(line, member)
        }
        let json = merged.json
        json.withSpan { output.append($0, kept.isEmpty && !json.isEmpty ? 1 : 0, json.count) }
        output.append("}\n")
    }

    /// Puts the members of an event that are here too in front of these, and collects where all others are.
    private mutating func takeMembers(of line: RawSpan, _ range: ByteRange, _ kept: inout [ByteRange]) -> Bool {
        var reader = JSONReader(range)
        guard reader.next(line) == .beginObject else { return false }
        while case .key(let key) = reader.next(line) {
            let token = reader.next(line)
            let start: Int
            switch token {
            case .string(let text): start = text.start - 1
            case .beginObject, .beginArray: start = reader.offset - 1
            default: start = reader.offset
            }
            if token == .beginObject, let object = objects.firstIndex(where: { line.equal(key, $0.name) }) {
                guard takeObject(object, line, &reader) else { return false }
            } else if token == .beginArray, !tags.isEmpty, line.equal(key, "tags") {
                guard takeTags(line, &reader) else { return false }
            } else {
                guard reader.skip(token, line) else { return false }
                // An object of this name that is none makes place for one that is.
                let isReplaced =
                    objects.contains { line.equal(key, $0.name) }
                    || (!tags.isEmpty && line.equal(key, "tags"))
                if !isReplaced { kept.append(ByteRange(key.start - 1, max(reader.offset, start))) }
            }
        }
        return reader.next(line) == .end
    }

    private mutating func takeObject(_ index: Int, _ line: RawSpan, _ reader: inout JSONReader) -> Bool {
        var object = Object(name: objects[index].name)
        while true {
            let token = reader.next(line)
            guard case .key(let key) = token else {
                for (key, value) in objects[index].members { object.set(key, value) }
                objects[index] = object
                return token == .endObject
            }
            let start = reader.offset
            guard reader.skipValue(line) else { return false }
            object.set(line.bytes(key), line.bytes(ByteRange(start, reader.offset)))
        }
    }

    private mutating func takeTags(_ line: RawSpan, _ reader: inout JSONReader) -> Bool {
        var all: [[UInt8]] = []
        while true {
            let token = reader.next(line)
            switch token {
            case .string(let text): all.append(line.bytes(text))
            case .endArray:
                tags = all + tags.filter { !all.contains($0) }
                return true
            default: guard reader.skip(token, line) else { return false }
            }
        }
    }
}

extension RawSpan {
    /// The bytes of `range`: for rare paths.
    fileprivate func bytes(_ range: ByteRange) -> [UInt8] { (range.start..<range.end).map { self[$0] } }

    /// Whether the bytes of `range` are these.
    fileprivate func equal(_ range: ByteRange, _ other: [UInt8]) -> Bool {
        other.withSpan { equal(range, ByteRange(0, other.count), in: $0) }
    }
}
