import Foundation

/// One event of our own output (`-o ecs`), as far as the truth can judge it.
struct OutputEvent {
    /// `log.offset`, or -1.
    var offset = -1
    /// `logfold.lines`, which is left out for one line.
    var lines = 1
    /// `message` and `error.stack_trace`.
    var message = "", stackTrace = ""
    /// `openstack.stack_info`.
    var stackInfo = ""
    /// Values by field.
    var fields: [TruthField: String] = [:]

    /// Reads output lines.
    static func read(_ bytes: [UInt8]) throws -> [OutputEvent] {
        try JSONLines.read(bytes).map { OutputEvent(Node($0)) }
    }

    private init(_ event: Node) {
        offset = event.number("log.offset") ?? -1
        lines = event.number("logfold.lines") ?? 1
        message = event.text("message") ?? ""
        stackTrace = event.text("error.stack_trace") ?? ""
        stackInfo = event.text("openstack.stack_info") ?? ""
        for (field, path) in Self.paths { fields[field] = event.text(path) }
        fields[.user] = event.text("user.id") ?? event.text("user.name")
        fields[.project] = event.text("openstack.project.id") ?? event.text("openstack.project.name")
        if let time = fields[.timestamp].flatMap(EventTime.nanoseconds) {
            fields[.timestamp] = String(time / 1_000_000)
        }
        let chain = event["openstack.exception.chain"] as? [[String: Any]] ?? []
        let outer = chain.prefix { $0["relation"] as? String != "group" }
        if !outer.isEmpty { fields[.chain] = outer.map { $0["type"] as? String ?? "" }.joined(separator: " < ") }
    }

    private static let paths: [(TruthField, String)] = [
        (.timestamp, "@timestamp"), (.level, "log.level"), (.logger, "log.logger"), (.pid, "process.pid"),
        (.requestID, "http.request.id"), (.globalRequestID, "openstack.global_request_id"),
        (.instance, "openstack.instance.id"), (.exceptionType, "error.type"), (.exceptionMessage, "error.message"),
        (.function, "log.origin.function"), (.file, "log.origin.file.name"), (.line, "log.origin.file.line"),
    ]
}

/// A JSON object that is asked by dotted paths, nested or literal.
private struct Node {
    let object: [String: Any]

    init(_ object: [String: Any]) { self.object = object }

    subscript(_ path: String) -> Any? {
        if let value = object[path] { return value }
        var here: Any? = object
        for part in path.split(separator: ".") { here = (here as? [String: Any])?[String(part)] }
        return here
    }

    func text(_ path: String) -> String? {
        switch self[path] {
        case let text as String: text
        case let number as Int: String(number)
        default: nil
        }
    }

    func number(_ path: String) -> Int? { self[path] as? Int }
}
