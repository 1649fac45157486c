import LogfoldParsing
import LogfoldTestSupport
import Testing

/// The fingerprints must let no rule slip through, wherever in a block of sixteen bytes its text begins.
@Suite("Redaction at every alignment")
struct RedactorCoverageTests {
    /// Every key of the vocabulary, and names with each of the suffixes.
    static let keyNames = """
        adminpass admin_pass password passwd new_pass auth_password admin_password auth_token secret_uuid secret sys_pswd \
        token configdrive chappassword encrypted_key private_key fernetkey sslkey passphrase cephclusterfsid \
        octaviaheartbeatkey rabbitcookie cephmanilaclientkey pacemakerremoteauthkey designaterndckey cephadminkey \
        heatauthencryptionkey cephclientkey keystonecredential barbicansimplecryptokek cephrgwkey swifthashsuffix \
        migrationsshkey cephmdskey cephmonkey chapsecret secret_key access_key api_key apikey secretkey accesskey \
        privatekey authkey authtoken accesstoken clientsecret sharedsecret encryptionkey hmac_keys hmac_key \
        application_credential_secret os_password db_password memcache_secret_key metadata_proxy_shared_secret \
        ipmi_password redfish_password user_data community snmp_community read_community mysql_pwd db_pwd my_pass \
        ssh_passphrase erlang_cookie signature sig temp_url_sig x_amz_signature oauth_signature \
        x_auth_token x_subject_token x_service_token x_storage_token x_trove_auth_token x_amz_security_token \
        openstack_auth_receipt authorization proxy_authorization http_authorization cookie set_cookie http_cookie \
        personality
        """.split(separator: " ").map(String.init)

    /// Checks an example behind 0 to 33 bytes of other text, at the end of the span and with more text behind it.
    private func expectEverywhere(_ example: RedactionCase, _ comment: Comment) {
        for gap in 0...33 {
            let front = String(repeating: "·.".first ?? ".", count: gap / 2) + String(repeating: " ", count: gap)
            for back in ["", "\nx", "\n" + String(repeating: "-", count: 40)] {
                #expect(masked(front + example.text + back) == front + example.masked + back, comment)
            }
        }
    }

    @Test("a key is found at every place of a block, in lower, upper and mixed case", arguments: keyNames)
    func keys(_ name: String) {
        // `user-data` is the one name whose fingerprint is its underscore.
        let dashed = name == "user_data" ? name : name.replacing("_", with: "-")
        for spelling in [name, name.uppercased(), dashed] {
            expectEverywhere(.init("'\(spelling)': 'v'", "'\(spelling)': '***'"), "\(spelling)")
        }
    }

    @Test("every other rule is found at every place of a block", arguments: RedactorTests.everything)
    func rules(_ example: RedactionCase) {
        // These read from the start of the text, or up to its end.
        if example.text.hasPrefix("10.0.0.1") || example.masked.hasSuffix("KEY-----***") { return }
        if example.masked.hasSuffix("'***") { return }
        expectEverywhere(example, "\(example.text)")
    }
}

/// A small generator of numbers that always makes the same ones.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Redaction of damaged text")
struct RedactorDamageTests {
    private static let pieces: [[UInt8]] =
        RedactorTests.everything.map { Array($0.text.utf8) }
        + RedactorHarmlessTests.harmless.map { Array($0.utf8) }
        + ["\\", "\"", "'", "\\\"", "\n", "\\n", "%3D", "%26", "@", "://", "{", "[", "\u{0}", "-----"].map {
            Array($0.utf8)
        }

    private static func damaged(_ random: inout SplitMix) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            text += pieces.randomElement(using: &random) ?? []
        }
        for _ in 0..<Int.random(in: 0...6, using: &random) where !text.isEmpty {
            let at = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text.remove(at: at)
            case 1: text[at] = UInt8.random(in: 0...255, using: &random)
            case 2: text.removeSubrange(at..<min(text.count, at + 9))
            default: text.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: at)
            }
        }
        return text
    }

    @Test(
        "whatever the bytes are, the masks are sorted, disjoint and inside the text", arguments: 0..<8 as Range<UInt64>)
    func bounded(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var redactor = Redactor()
        for _ in 0..<500 {
            let text = Self.damaged(&random)
            guard !text.isEmpty else { continue }
            let start = Int.random(in: 0..<text.count, using: &random)
            let end = Int.random(in: start...text.count, using: &random)
            text.withSpan { (span: RawSpan) in redactor.scan(span, ByteRange(start, end)) }
            var last = start
            for mask in redactor.masks {
                let isInside = mask.start >= last && mask.start < mask.end && mask.end <= end
                #expect(isInside, "\(mask) of \(start)..<\(end) in \(text)")
                last = mask.end
            }
        }
    }

    @Test("the masked text of any bytes is final", arguments: 0..<4 as Range<UInt64>)
    func final(_ seed: UInt64) {
        var random = SplitMix(state: seed &+ 100)
        for _ in 0..<400 {
            let once = masked(Self.damaged(&random))
            #expect(masked(once) == once, "\(String(decoding: once, as: UTF8.self))")
        }
    }

    @Test(
        "the work grows with the text and not with its square",
        arguments: [
            "@", "a:@", "://u:p@", "-p ", "mysql -p", "password ", "\"password\": {", "gAAAAA", "    token=1 ",
            "-----BEGIN PRIVATE KEY", "<secret>", "('token', ", "eyJ", "\\",
        ])
    func linear(_ unit: String) {
        let text = Array(String(repeating: unit, count: (1 << 17) / unit.utf8.count).utf8)
        #expect(masked(text).count > 0)
    }
}
