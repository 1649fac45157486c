/// What a request asks for, as far as it matters here: the method and the path.
struct HTTPRequest: Equatable {
    /// `GET`, `HEAD`, or another word.
    var method: String
    /// The path without query.
    var path: String
}

/// Reads the head of an HTTP/1 request (RFC 9112) as its bytes come, cut anywhere. A body is not read: nothing that is
/// answered has one.
struct HTTPRequestReader {
    /// What is known so far.
    enum Progress: Equatable {
        case incomplete
        case complete(HTTPRequest)
        /// It cannot be answered otherwise than with this.
        case refused(HTTPStatus)
    }

    /// The head is no longer than this.
    static let maxBytes = 8_192

    private var line: [UInt8] = []
    private var count = 0
    private var request: HTTPRequest?
    private var needsHost = false
    private var hasHost = false

    /// Whether anything has come.
    var hasBegun: Bool { count > 0 }

    /// Takes the next bytes. After any other answer than `incomplete` there is nothing more to take.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Progress {
        for byte in bytes {
            count += 1
            // A line that never ends is too long where the request line is meant, and too many headers after it.
            guard count <= Self.maxBytes else { return .refused(request == nil ? .targetTooLong : .headersTooLong) }
            guard byte == 0x0A else {
                line.append(byte)
                continue
            }
            if line.last == 0x0D { line.removeLast() }
            let progress = takeLine()
            line.removeAll(keepingCapacity: true)
            if progress != .incomplete { return progress }
        }
        return .incomplete
    }

    private mutating func takeLine() -> Progress {
        guard let request else { return takeRequestLine() }
        if line.isEmpty {
            return needsHost && !hasHost ? .refused(.badRequest) : .complete(request)
        }
        return takeHeader() ? .incomplete : .refused(.badRequest)
    }

    private mutating func takeRequestLine() -> Progress {
        // RFC 9112 §2.2: empty lines before a request are skipped.
        if line.isEmpty { return .incomplete }
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isToken(parts[0]), let path = Self.path(parts[1]) else {
            return .refused(.badRequest)
        }
        switch String(decoding: parts[2], as: UTF8.self) {
        case "HTTP/1.1": needsHost = true
        case "HTTP/1.0": needsHost = false
        case let version where version.hasPrefix("HTTP/"): return .refused(.versionNotSupported)
        default: return .refused(.badRequest)
        }
        request = HTTPRequest(method: String(decoding: parts[0], as: UTF8.self), path: path)
        return .incomplete
    }

    /// Whether the line is a header. A line that goes on the one before it is none any more (RFC 9112 §5.2).
    private mutating func takeHeader() -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), Self.isToken(line[..<colon]),
            line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        else { return false }
        guard String(decoding: line[..<colon], as: UTF8.self).lowercased() == "host" else { return true }
        defer { hasHost = true }
        return !hasHost
    }

    /// The path of `/path?query` and of `http://host/path`; nil for what is neither.
    private static func path(_ target: ArraySlice<UInt8>) -> String? {
        guard !target.isEmpty, target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var text = String(decoding: target, as: UTF8.self)[...]
        if text.lowercased().hasPrefix("http://") {
            let rest = text.dropFirst(7)
            text = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        // `*` is a target too, of OPTIONS.
        guard text.hasPrefix("/") || text == "*" else { return nil }
        return String(text.prefix { $0 != "?" })
    }

    private static func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
