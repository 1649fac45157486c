/// A text with references in it, as it is written in the configuration.
///
///     ${NAME}               the environment variable NAME
///     ${NAME:-default}      the same, or the default where it is unset or empty, as in a shell
///     ${credential:name}    the file `name` in $CREDENTIALS_DIRECTORY, in secrets only
///     $${                   the text ${
///
/// Any other `$` is itself. What is put in is not looked through for references again.
struct ReferenceText: Sendable {
    /// A stretch of the text.
    enum Piece: Sendable, Equatable {
        case text(String)
        case variable(String, default: String?)
        case credential(String)
        /// The file that a secret's whole text names.
        case file(String)
    }

    /// The stretches in order; two texts never stand side by side.
    private(set) var pieces: [Piece] = []

    /// Reads a text; throws where a `${` begins no reference.
    init(_ written: String) throws(ReferenceError) {
        var literal = String.UnicodeScalarView()
        var rest = Substring(written).unicodeScalars
        while let next = rest.first {
            if next == "$", rest.starts(with: "$${".unicodeScalars) {
                literal.append(contentsOf: "${".unicodeScalars)
                rest = rest.dropFirst(3)
            } else if next == "$", rest.starts(with: "${".unicodeScalars) {
                let offset = written.unicodeScalars.distance(from: written.startIndex, to: rest.startIndex)
                guard let end = rest.firstIndex(of: "}"), let piece = Self.reference(rest[..<end].dropFirst(2)) else {
                    throw .malformed(offset: offset)
                }
                if !literal.isEmpty { pieces.append(.text(String(literal))) }
                literal = String.UnicodeScalarView()
                pieces.append(piece)
                rest = rest[rest.index(after: end)...]
            } else {
                literal.append(next)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { pieces.append(.text(String(literal))) }
    }

    /// The text itself, without a look at what it says.
    init(literal: String) { pieces = [.text(literal)] }

    /// The content of a file.
    init(file path: String) { pieces = [.file(path)] }

    /// What stands between `${` and `}` as a reference.
    private static func reference(_ inside: Substring.UnicodeScalarView) -> Piece? {
        let inside = Substring(inside)
        if inside.hasPrefix("credential:") {
            let name = inside.dropFirst("credential:".count)
            let isFileName = name.unicodeScalars.allSatisfy { $0 != "/" && $0 != " " && Shown.isVisible($0) }
            return name.isEmpty || name.hasPrefix(".") || !isFileName ? nil : .credential(String(name))
        }
        let name = inside.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard let first = name.first, !first.isNumber else { return nil }
        let rest = inside.dropFirst(name.count)
        if rest.isEmpty { return .variable(String(name), default: nil) }
        return rest.hasPrefix(":-") ? .variable(String(name), default: String(rest.dropFirst(2))) : nil
    }

    /// Whether there is a reference in it.
    var hasReferences: Bool {
        pieces.contains { piece in
            if case .text = piece { false } else { true }
        }
    }

    /// The references by name and without defaults: `${A}${credential:b}`, `file:/path`.
    var references: String {
        pieces.map { piece in
            switch piece {
            case .text: ""
            case .variable(let name, _): "${\(name)}"
            case .credential(let name): "${credential:\(name)}"
            case .file(let path): "file:\(path)"
            }
        }.joined()
    }
}

/// Why a reference gives no value.
enum ReferenceError: Error, Equatable {
    /// `${` that begins no reference; `offset` in Unicode scalars.
    case malformed(offset: Int)
    /// The variable is not set and has no default.
    case unset(String)
    /// A credential where no secret is asked for.
    case credentialOutsideSecret(String)
    /// A credential, and systemd has given none.
    case noCredentials(String)
    /// The file of a secret cannot be read.
    case file(String, reason: String)
    /// The value has more bytes than a value may have.
    case tooLong

    /// The problem and the way out.
    var text: String {
        switch self {
        // What follows is not shown: it may be a secret.
        case .malformed:
            "'${' begins no reference here; write ${NAME}, ${NAME:-default} or ${credential:name}, "
                + "and $${ for the text ${"
        case .unset(let name):
            "the environment variable \(name) is not set; set it, or write ${\(name):-default}"
        case .credentialOutsideSecret(let name):
            "${credential:\(name)} is for secrets only; write the value, or ${NAME} from the environment"
        case .noCredentials(let name):
            "${credential:\(name)} needs CREDENTIALS_DIRECTORY, which systemd sets where the unit has LoadCredential=; "
                + "outside of it set it to the folder that holds '\(name)'"
        case .file(let path, let reason):
            "the secret in \(Shown.quoted(path)) cannot be read: \(reason); correct the path or the file's permissions"
        case .tooLong:
            "this is longer than \(ConfigEnvironment.largestFile) bytes with its references; shorten it"
        }
    }
}
