package import LogfoldConfig
package import LogfoldIO

extension TLSSettings {
    /// Reads `tls:` of a section; the defaults where there is none. Files that cannot be read are problems.
    package init(_ parent: ConfigSection, _ files: any FileSystem) {
        guard let section = parent.section("tls") else { return }
        ca = Self.file("ca", section, files)
        caDigest = Self.digest("ca_sha256", section)
        publicKeyDigest = Self.digest("public_key_sha256", section)
        certificate = Self.file("certificate", section, files)
        key = Self.file("key", section, files)
        minimum = section.choice("min_version", default: minimum)
        verifies = !section.flag("insecure_skip_verify", default: false)
        if section.has("certificate") != section.has("key") {
            section.problem("'certificate' and 'key' belong together; give both, in PEM")
        }
        if section.has("ca"), section.has("ca_sha256") {
            section.problem("'ca' and 'ca_sha256' both say whom to trust; leave one of them out", at: "ca_sha256")
        }
        if !verifies, section.has("ca") || section.has("ca_sha256") {
            section.problem(
                "'insecure_skip_verify' makes 'ca' and 'ca_sha256' useless; remove it, so that the server is checked",
                at: "insecure_skip_verify")
        }
    }

    private static func file(_ key: String, _ section: ConfigSection, _ files: any FileSystem) -> String? {
        guard let path = section.text(key) else { return nil }
        if !files.isReadable(path) {
            section.problem(
                "the file \(section.shown(key)) cannot be read; correct the path, or let the user of logfold read it",
                at: key)
        }
        return path
    }

    private static func digest(_ key: String, _ section: ConfigSection) -> [UInt8]? {
        guard let text = section.text(key) else { return nil }
        let base64 = text.hasPrefix("sha256//") ? String(text.dropFirst("sha256//".count)) : text
        let bytes = [UInt8](hexadecimal: text) ?? Base64.decode(base64)
        if let bytes, bytes.count == 32 { return bytes }
        section.problem("this is no SHA-256; give its 64 hexadecimal digits, or its base64", at: key)
        return nil
    }

    /// What an operator should know before anything is sent, a sentence each.
    package var warnings: [String] {
        verifies
            ? []
            : [
                "tls.insecure_skip_verify is on: anybody between here and the server can read and change what is sent;"
                    + " give tls.ca or tls.ca_sha256 instead"
            ]
    }
}
