import LogfoldCore

/// The status codes that are answered.
enum HTTPStatus: Int {
    case ok = 200
    case badRequest = 400
    case notFound = 404
    case methodNotAllowed = 405
    case requestTimeout = 408
    case targetTooLong = 414
    case headersTooLong = 431
    case unavailable = 503
    case versionNotSupported = 505

    /// The words behind the code.
    var reason: String {
        switch self {
        case .ok: "OK"
        case .badRequest: "Bad Request"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .requestTimeout: "Request Timeout"
        case .targetTooLong: "URI Too Long"
        case .headersTooLong: "Request Header Fields Too Large"
        case .unavailable: "Service Unavailable"
        case .versionNotSupported: "HTTP Version Not Supported"
        }
    }
}

/// An answer; the connection ends behind it.
struct HTTPResponse {
    /// The status code.
    var status = HTTPStatus.ok
    /// `Content-Type`.
    var contentType = "text/plain; charset=utf-8"
    /// Further header lines.
    var headers: [(name: String, value: String)] = []
    /// The body.
    var body: String

    /// An answer that says only what its status means.
    static func plain(_ status: HTTPStatus, _ text: String? = nil) -> HTTPResponse {
        HTTPResponse(status: status, body: (text ?? status.reason) + "\n")
    }

    /// The answer as it is sent; without the body for `HEAD`, whose headers are those of `GET`. `now` is the wall
    /// time, nanoseconds since 1970 UTC.
    func bytes(withBody: Bool, now: Int64) -> [UInt8] {
        let body = Array(body.utf8)
        var lines = [
            "HTTP/1.1 \(status.rawValue) \(status.reason)", "Date: \(Self.date(now))", "Content-Type: \(contentType)",
            "Content-Length: \(body.count)", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        lines += headers.map { "\($0.name): \($0.value)" }
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return withBody ? head + body : head
    }

    /// `Sun, 22 Nov 2026 10:00:00 GMT` (RFC 9110 §5.6.7).
    private static func date(_ nanoseconds: Int64) -> String {
        let seconds = max(nanoseconds / 1_000_000_000, 0)
        let date = CivilDate(daysSince1970: seconds / 86_400)
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(date.weekday)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = [seconds % 86_400 / 3_600, seconds / 60 % 60, seconds % 60].map(two).joined(separator: ":")
        return "\(weekday), \(two(Int64(date.day))) \(months[Int(date.month) - 1]) \(date.year) \(time) GMT"
    }
}
