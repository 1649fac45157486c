import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// A token that Keystone has given out.
package struct KeystoneToken: Sendable, CustomStringConvertible {
    /// The token itself, as `X-Auth-Token` wants it: a secret.
    package let id: String
    /// How long it holds from the time it was given out, by Keystone's own clock.
    package let life: Duration
    /// The services that Keystone knows; empty where it was asked to leave them out.
    package let catalog: ServiceCatalog

    /// Not the token.
    package var description: String { "a token for \(Units.text(duration: life))" }

    /// Reads the body of a 201 (`{"token":{"issued_at":…,"expires_at":…,"catalog":[…]}}`); nil where it is none.
    init?(id: String, body: [UInt8]) {
        var content = Content()
        let isWhole = body.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            return reader.readObject(bytes) { key, reader, bytes in
                bytes.equal(key, "token") ? content.read(&reader, bytes) : reader.skipValue(bytes)
            }
        }
        guard isWhole, !id.isEmpty, let issued = Self.time(content.issued), let expires = Self.time(content.expires),
            expires > issued
        else { return nil }
        self.id = id
        life = .nanoseconds(expires - issued)
        catalog = content.catalog
    }

    private struct Content {
        var issued = ""
        var expires = ""
        var catalog = ServiceCatalog()

        mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
            reader.readObject(bytes) { key, reader, bytes in
                if bytes.equal(key, "issued_at") { return reader.readText(bytes, into: &issued) }
                if bytes.equal(key, "expires_at") { return reader.readText(bytes, into: &expires) }
                if bytes.equal(key, "catalog") { return catalog.read(&reader, bytes) }
                return reader.skipValue(bytes)
            }
        }
    }

    /// `2026-11-22T18:23:06.000000Z`, always in UTC and with six digits, in nanoseconds since 1970.
    private static func time(_ text: String) -> Int64? {
        text.hasSuffix("Z") ? TimestampText.nanoseconds(text.prefix(23) + "Z") : nil
    }
}
