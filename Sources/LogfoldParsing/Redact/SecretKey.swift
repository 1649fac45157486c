/// What the name of a value says about the value: `Docs/redaction.md`.
enum SecretKey {
    /// Nothing.
    case harmless
    /// The value is a secret.
    case secret
    /// `token`: a secret, or an object whose `id` is one.
    case token
    /// An HTTP header whose value is one word; its value needs no quotes.
    case tokenHeader
    /// An HTTP header whose value may have blanks: `Authorization`, `Cookie`, `Set-Cookie`.
    case lineHeader
    /// `personality`: a list of files, all of which is masked.
    case files

    /// The kind of the key `range` of `text`: an identifier of letters, digits, `_` and `-`.
    ///
    /// Keys are matched as a whole or by a suffix, without regard to case, `-` and `_` alike, a number at their end
    /// left out, as oslo.utils does.
    init(_ text: RawSpan, _ range: ByteRange) {
        let name = FoldedName(text, range)
        self = Self.known(name) ?? (name.count > 4 && name.hasSecretSuffix ? .secret : .harmless)
    }

    /// What the table says about a name: a binary search, which costs less than hashing it.
    private static func known(_ name: FoldedName) -> SecretKey? {
        let table = Self.table
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < table.count && table[low].name == name ? table[low].kind : nil
    }

    private static let table: [(name: FoldedName, kind: SecretKey)] =
        vocabulary.flatMap { kind, names in
            names.split(separator: " ").map { (FoldedName($0.utf8), kind) }
        }.sorted { $0.0 < $1.0 }

    private static let vocabulary: [(SecretKey, String)] = [
        (
            .secret,
            """
            adminpass admin_pass password passwd new_pass secret_uuid secret sys_pswd configdrive chappassword \
            fernetkey sslkey passphrase cephclusterfsid octaviaheartbeatkey rabbitcookie cephmanilaclientkey \
            pacemakerremoteauthkey designaterndckey cephadminkey heatauthencryptionkey cephclientkey \
            keystonecredential barbicansimplecryptokek cephrgwkey swifthashsuffix migrationsshkey cephmdskey \
            cephmonkey chapsecret \
            apikey secretkey accesskey privatekey authkey authtoken accesstoken clientsecret sharedsecret \
            encryptionkey hmac_keys hmac_key user_data community mysql_pwd mysqlpwd \
            signature sig temp_url_sig x_amz_signature oauth_signature
            """
        ),
        (.token, "token"),
        (
            .tokenHeader,
            """
            x_auth_token x_subject_token x_service_token x_storage_token x_trove_auth_token x_amz_security_token \
            openstack_auth_receipt
            """
        ),
        (
            .lineHeader,
            """
            authorization proxy_authorization http_authorization cookie set_cookie http_cookie
            """
        ),
        (.files, "personality"),
        // Names that end like a secret's and are none: columns, message routing, paging, public halves.
        (
            .harmless,
            """
            sort_key public_key primary_key foreign_key routing_key binding_key partition_key lookup_key cache_key \
            host_key ssh_host_key next_token page_token next_page_token continuation_token
            """
        ),
    ]
}

/// A name in lower case with `-` as `_` and without the digits at its end: its last 24 bytes and its length.
///
/// Three words instead of a string: comparing allocates nothing. No known name is longer.
struct FoldedName: Equatable {
    private var low: UInt64 = 0
    private var middle: UInt64 = 0
    /// The last eight bytes, the last one in the highest place.
    private var high: UInt64 = 0
    /// How many bytes the name has.
    private(set) var count = 0

    init(_ text: RawSpan, _ range: ByteRange) {
        var end = range.end
        while end > range.start && text[end - 1] >= 0x30 && text[end - 1] <= 0x39 { end -= 1 }
        var at = max(range.start, end - 24)
        while at < end {
            append(text[at])
            at += 1
        }
        count = end - range.start
    }

    init(_ name: some Sequence<UInt8>) {
        for byte in name {
            append(byte)
            count += 1
        }
    }

    private mutating func append(_ byte: UInt8) {
        var folded = byte
        if byte >= 0x41 && byte <= 0x5a { folded |= 0x20 }
        if byte == UInt8(ascii: "-") { folded = UInt8(ascii: "_") }
        low = low >> 8 | middle << 56
        middle = middle >> 8 | high << 56
        high = high >> 8 | UInt64(folded) << 56
    }

    /// An order to search by; its meaning is nothing else.
    @inline(__always)
    static func < (left: FoldedName, right: FoldedName) -> Bool {
        if left.high != right.high { return left.high < right.high }
        if left.middle != right.middle { return left.middle < right.middle }
        return left.low != right.low ? left.low < right.low : left.count < right.count
    }

    /// Whether the name ends as the names of secrets do.
    var hasSecretSuffix: Bool { Self.suffixes.contains { high >> $0.shift == $0.bytes } }

    private static let suffixes: [(shift: UInt64, bytes: UInt64)] = [
        "_key", "password", "_passwd", "_pass", "_pwd", "_secret", "_token", "_cookie", "_community",
        "_passphrase", "_url_sig",
    ].map { suffix in
        let tail = FoldedName(suffix.utf8.suffix(8))
        let shift = UInt64(64 - 8 * tail.count)
        return (shift, tail.high >> shift)
    }
}

extension Redactor {
    /// Whether the value of a key is a secret as a whole, for structured text: the bytes `key` are the key's name.
    package static func isSecretKey(_ bytes: RawSpan, _ key: ByteRange) -> Bool {
        guard !key.isEmpty, key.end <= bytes.byteCount else { return false }
        if case .harmless = SecretKey(bytes, key) { return false }
        return true
    }
}
