import LogfoldCompression

/// Tells whether a server has what would be installed: a checksum of the text, kept with it on the server.
enum SetupDigest {
    static func text(of document: JSONDocument) -> String {
        let bytes = Array(document.text().utf8)
        return "\(bytes.count)-" + String(Checksum.crc32(bytes), radix: 16)
    }
}
