extension ReferenceText {
    /// The text with all references replaced by what they stand for now; credentials and files only for a secret.
    func resolved(in environment: ConfigEnvironment, isSecret: Bool) throws(ReferenceError) -> String {
        var text = ""
        for piece in pieces {
            text += try value(of: piece, in: environment, isSecret: isSecret)
            guard text.utf8.count <= ConfigEnvironment.largestFile else { throw .tooLong }
        }
        return text
    }

    private func value(
        of piece: Piece, in environment: ConfigEnvironment, isSecret: Bool
    ) throws(ReferenceError) -> String {
        switch piece {
        case .text(let text): return text
        case .variable(let name, let fallback):
            let value = environment.variable(name)
            if let value, !value.isEmpty || fallback == nil { return value }
            guard let fallback else { throw .unset(name) }
            return fallback
        case .credential(let name):
            guard isSecret else { throw .credentialOutsideSecret(name) }
            guard let folder = environment.variable("CREDENTIALS_DIRECTORY"), !folder.isEmpty else {
                throw .noCredentials(name)
            }
            return try content("\(folder)/\(name)", environment)
        case .file(let path): return try content(path, environment)
        }
    }

    /// A file's text without the newline that editors and `echo` leave at its end.
    private func content(_ path: String, _ environment: ConfigEnvironment) throws(ReferenceError) -> String {
        var bytes: [UInt8]
        do throws(ConfigFileError) {
            bytes = try environment.readFile(path)
        } catch {
            throw .file(path, reason: error.reason)
        }
        guard bytes.count <= ConfigEnvironment.largestFile else { throw .file(path, reason: "it is too long") }
        if bytes.last == 0x0A { bytes.removeLast() }
        guard !bytes.isEmpty else { throw .file(path, reason: "it is empty") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .file(path, reason: "it is not UTF-8") }
        return text
    }
}
