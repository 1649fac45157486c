import Foundation

/// One log record as oslo.log's JSON formatter wrote it, with its place in the text.
package struct TruthRecord {
    /// Where the record's text stands.
    package struct Place: Equatable, Sendable {
        /// Offset of the first byte.
        package var offset: Int
        /// Number of its first physical line, from 1.
        package var line: Int
        /// How many physical lines.
        package var lines: Int

        /// A place.
        package init(offset: Int, line: Int, lines: Int) {
            self.offset = offset
            self.line = line
            self.lines = lines
        }
    }

    /// The logger's own name.
    package var logger = ""
    /// The level's word.
    package var level = ""
    /// Process id.
    package var pid = 0
    /// `YYYY-mm-dd HH:MM:SS` in UTC, and its milliseconds.
    package var time = "", milliseconds = 0
    /// The message without summary and suffix.
    package var message = ""
    /// oslo.log's summary of the exception; empty where there is none.
    package var summary = ""
    /// The traceback as Python printed it, or nil.
    package var traceback: String?
    /// What `stack_info=True` added.
    package var stackInfo: String?
    /// Type and text of the logged exception.
    package var exceptionType: String?, exceptionMessage: String?
    /// Types of the chain, the logged exception first: module and name.
    package var chain: [(module: String, type: String)] = []
    /// Request context by oslo.log's names.
    package var context: [String: String] = [:]
    /// The text between `[instance: ` and `]`.
    package var instance: String?
    /// Where DEBUG says that it comes from.
    package var function: String?, path: String?, pathLine: Int?
    /// Where the text stands; nil where the text has no lines of its own (syslog, journal) or is lost.
    package var place: Place?
    /// Numbers of all physical lines that belong to the record whole.
    package var lineNumbers: [Int] = []
    /// Whether a pipe cut the record inside a line.
    package var isTorn = false
    /// The text that was handed over, where the truth keeps it.
    package var raw: String?

    /// An empty record.
    package init() {}

    /// Nanoseconds since 1970, to the millisecond.
    package var nanoseconds: Int64? { EventTime.nanoseconds(time).map { $0 + Int64(milliseconds) * 1_000_000 } }
}

/// The truth of one recording.
package struct Truth {
    /// The records in file order.
    package var records: [TruthRecord] = []
    /// Lines of text that no record wrote whole.
    package var foreign: [TruthRecord.Place] = []

    /// The truth with these records.
    package init(records: [TruthRecord] = [], foreign: [TruthRecord.Place] = []) {
        self.records = records
        self.foreign = foreign
    }

    /// Reads a `.truth.jsonl`.
    package init(path: String) throws {
        for object in try JSONLines.read(path: path) {
            if object["kind"] as? String == "foreign" {
                if let place = Truth.place(object["file"]) { foreign.append(place) }
            } else {
                records.append(TruthRecord(object))
            }
        }
    }

    fileprivate static func place(_ file: Any?) -> TruthRecord.Place? {
        guard let file = file as? [String: Any], let offset = file["offset"] as? Int,
            let line = file["line"] as? Int, let lines = file["lines"] as? Int
        else { return nil }
        return TruthRecord.Place(offset: offset, line: line, lines: lines)
    }
}

extension TruthRecord {
    fileprivate init(_ object: [String: Any]) {
        logger = object["name"] as? String ?? ""
        level = object["levelname"] as? String ?? ""
        pid = object["process"] as? Int ?? 0
        time = String((object["asctime"] as? String ?? "").prefix(19))
        milliseconds = Int(object["msecs"] as? Double ?? 0)
        message = object["message"] as? String ?? ""
        summary = object["error_summary"] as? String ?? ""
        traceback = Self.text(object["traceback_raw"]) ?? Self.text(object["traceback"])
        stackInfo = object["stack_info"] as? String
        exceptionType = object["exc_type"] as? String
        exceptionMessage = object["exc_message"] as? String
        for link in object["exc_chain"] as? [[String: Any]] ?? [] {
            chain.append((link["module"] as? String ?? "", link["type"] as? String ?? ""))
        }
        // oslo.log 3 has no `context`: its keys are among the extras.
        let context = object["context"] as? [String: Any] ?? object["extra"] as? [String: Any] ?? [:]
        self.context = context.compactMapValues { $0 as? String }
        instance = Self.instance(object["instance_text"])
        function = object["funcname"] as? String
        path = object["pathname"] as? String
        pathLine = object["lineno"] as? Int
        raw = object["raw"] as? String
        readPlace(object["file"] as? [String: Any])
    }

    private mutating func readPlace(_ file: [String: Any]?) {
        guard let file else { return }
        place = Truth.place(file)
        lineNumbers = file["line_numbers"] as? [Int] ?? []
        if let place, lineNumbers.isEmpty { lineNumbers = Array(place.line..<place.line + place.lines) }
        if file["contiguous"] as? Bool == false {
            isTorn = place == nil || (file["torn_lines"] as? Int ?? 0) > 0 || lineNumbers.count != place?.lines
        }
    }

    /// oslo.log 5 has a traceback as a list of lines, 8 as a string.
    private static func text(_ value: Any?) -> String? {
        if let lines = value as? [String] { return lines.joined(separator: "\n") }
        return value as? String
    }

    private static func instance(_ value: Any?) -> String? {
        guard let text = value as? String else { return nil }
        return text.firstMatch(of: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/).map { String($0.output) }
    }
}
