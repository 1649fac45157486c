import LogfoldParsing
import LogfoldTransport

/// What an answer of the log API says that is no 204; the table is in `Docs/sinks/monasca.md`.
struct MonascaAnswer: Equatable {
    /// What it means.
    enum Verdict: Equatable {
        /// The API has the events.
        case taken
        /// The token is not, or no longer, good.
        case tokenRefused
        /// The token is good, but a role is missing: another one will not help.
        case roleMissing
        /// The body is too large; the bytes that the API takes, where it says so.
        case tooLarge(Int?)
        /// An event spoils the request.
        case malformed
        /// It may be taken later. Whether it was is not known where `mayBeThere`.
        case later(mayBeThere: Bool)
        /// This is not the log API, or not as it is known: somebody has to look.
        case foreign
    }

    /// What it means.
    var verdict: Verdict
    /// Title and description as half a sentence; empty where it says neither.
    var text: String

    private static let longestText = 300

    init(_ answer: TransportAnswer) {
        let said = Said(answer.body)
        text = String([said.title, said.text].filter { !$0.isEmpty }.joined(separator: ": ").prefix(Self.longestText))
        verdict =
            switch answer.status {
            case 200..<300: .taken
            // Keystone's middleware answers with an `error`, the API itself with a title, and by 401 as well.
            case 401: said.isFromKeystone || said.title != "Forbidden" ? .tokenRefused : .roleMissing
            case 403: .roleMissing
            case 413: .tooLarge(said.title.isEmpty ? nil : Self.limit(said.text))
            case 400 where said.text.contains("JSON") || said.title.contains("JSON"): .malformed
            case 422 where !said.title.isEmpty: .malformed
            case 408, 429: .later(mayBeThere: false)
            case 500...: .later(mayBeThere: true)
            default: .foreign
            }
    }

    /// `Maximum allowed size is 1048576 bytes`: that many are refused already.
    private static func limit(_ text: String) -> Int? {
        text.split(separator: " ").compactMap { Int($0) }.first.flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    /// `{"title":…,"description":…}`, or `{"error":{"title":…,"message":…}}` of Keystone's middleware.
    private struct Said {
        var title = ""
        var text = ""
        var isFromKeystone = false

        init(_ body: [UInt8]) {
            body.withSpan { bytes in
                var reader = JSONReader(ByteRange(0, bytes.byteCount))
                _ = read(&reader, bytes)
            }
        }

        private mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
            reader.readObject(bytes) { key, reader, bytes in
                if bytes.equal(key, "title") { return reader.readText(bytes, into: &title) }
                if bytes.equal(key, "description") || bytes.equal(key, "message") {
                    return reader.readText(bytes, into: &text)
                }
                guard bytes.equal(key, "error") else { return reader.skipValue(bytes) }
                isFromKeystone = true
                return read(&reader, bytes)
            }
        }
    }
}
