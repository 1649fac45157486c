import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite("Redaction of what is no secret")
struct RedactorHarmlessTests {
    static let harmless: [String] = [
        "Unable to validate token: Failed to fetch token data from identity server",
        "{'Connection': 'keep-alive', 'Accept': '*/*'}",
        "keystonemiddleware.auth_token [None req-1] Authorization failed for token: InvalidToken",
        "Truncating password to algorithm specific maximum length 72 characters.",
        "Expecting to find password in identity. The server could not comply",
        "'token': <TokenModel (audit_id=abc)>, 'auth_token': None, \"auth_token\": null",
        "password=*** secret=**** token=true token=False password=None secret=null admin_pass=12345",
        "DEFAULT.transport_url = **** log_opt_values /usr/lib/python3/dist-packages/oslo_config/cfg.py:2609",
        "keystone_authtoken.memcache_secret_key = **** log_opt_values /x.py:1",
        "keystone_authtoken.memcache_secret_key =  log_opt_values /usr/lib/python3/x.py:1",
        "-H \"X-Auth-Token: {SHA256}0f1e2d\" -H \"X-Service-Token: {SHA1}aa\"",
        "'X-Subject-Token': '{SHA256}aa00', X-Auth-Token: None",
        "cors.allow_headers = ['X-Auth-Token', 'X-Openstack-Request-Id'] ('X-Auth-Token', 'X-Service-Token')",
        "GET /v2.1/servers/detail?sort_key=zz&public_key=abc HTTP/1.1",
        "routing_key='reply_0', 'public_key': 'ssh-rsa AAAA'",
        "Found 2 Fernet keys from /etc/keystone/fernet-keys/, but `[fernet_tokens] max_active_keys = 3`",
        "cookie=0x9c5e/-1, table=0 priority=3 cookie=1234",
        "http://host:8080/path@x https://git@github.com/a ssh://git@review:29418/x http://10.0.0.1:8774/v2.1",
        "mail joe@example.org, a@b: c",
        "instance 0123456789abcdef0123456789abcdef and /v3/projects/0123456789abcdef0123456789abcdef",
        "get tokens/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "POST /v3/auth/tokens HTTP/1.1 /v2.0/tokens/revoked",
        "[SQL: UPDATE local_user SET password_hash=?, token=%(token_1)s WHERE password = ?]",
        "password == secret; token != other; auth_token=~x",
        "mysql -P 3306 -h db; ssh -p 22 host; curl -p x",
        "mkdir -p /var/lib/x; dist-packages",
        "--password option is required, use --token to log in, --secret or",
        "'password': {'user': {'name': 'x'}}, \"password\": [], \"secret\": {}",
        "password=\nnext=1",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIDazCCAlOgAwIBAgIU\n-----END CERTIFICATE-----",
        "gAAAAA short eyJ.a.b eyJhbGciOiJF only PKIZ_ab MIIabc",
        "ERROR keystonemiddleware.auth_token     \"title\": \"Internal\",",
        "data = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
        "10.0.0.1 10.0.0.2 23/Nov/2026/10/11/12 GET /v1/a HTTP/1.0 200 - curl - 1 2 - tx1 - 0.1 - - 1 2 0",
        "token.password.key", "secret", "password", "=", "@", "://@", "-p", "'password'", "\"token\":", "<password>",
    ]

    @Test("ordinary text stays as it is", arguments: harmless)
    func untouched(_ text: String) { #expect(masked(text) == text) }

    static let sources: [RedactionCase] = [
        .init(
            "Failed\nTraceback (most recent call last):\n  File \"/x/a.py\", line 3, in f\n    token = authenticate(data)\n    password='x'",
            "Failed\nTraceback (most recent call last):\n  File \"/x/a.py\", line 3, in f\n    token = authenticate(data)\n    password='x'"
        ),
        .init(
            "  + Exception Group Traceback:\n  |   File \"a.py\", line 1, in g\n  |     call(password=pw)\n  |     ~~~^^",
            "  + Exception Group Traceback:\n  |   File \"a.py\", line 1, in g\n  |     call(password=pw)\n  |     ~~~^^"
        ),
        .init(
            "['  File \"a.py\", line 1, in g\\n', '    token = get(x)\\n']",
            "['  File \"a.py\", line 1, in g\\n', '    token = get(x)\\n']"),
        .init(
            "  File \"a.py\", line 1, in g\n    f()\nValueError: password=abc",
            "  File \"a.py\", line 1, in g\n    f()\nValueError: password=***"),
        .init(
            "2026 1 ERROR x   File \"a.py\", line 1, in g\n2026 1 ERROR x     token = get(\n2026 1 ERROR x         password=pw)",
            "2026 1 ERROR x   File \"a.py\", line 1, in g\n2026 1 ERROR x     token = get(\n2026 1 ERROR x         password=pw)"
        ),
        .init(
            "  File \"a.py\", line 1, in g\n    f()\nE: x\n    password=abc",
            "  File \"a.py\", line 1, in g\n    f()\nE: x\n    password=***"),
        .init("command:\n    password=abc", "command:\n    password=***"),
        .init("    password=abc", "    password=***"),
    ]

    @Test("keys on the source lines of a traceback are code, elsewhere they are keys", arguments: sources)
    func source(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    @Test("a text is judged within its range only")
    func range() {
        let bytes = Array("password=abc token='def' http://u:pw@h".utf8)
        var redactor = Redactor()
        bytes.withSpan { (span: RawSpan) in
            redactor.scan(span, ByteRange(9, 12))
            #expect(redactor.masks.isEmpty)
            redactor.scan(span, ByteRange(0, 11))
            #expect(redactor.masks == [ByteRange(9, 11)])
            redactor.scan(span, ByteRange(13, bytes.count))
            #expect(redactor.masks == [ByteRange(20, 23), ByteRange(34, 36)])
            redactor.scan(span, .none)
            #expect(redactor.masks.isEmpty)
            redactor.scan(span, ByteRange(30, 400))
            #expect(redactor.masks.isEmpty)
        }
    }

    static let names: [(String, Bool)] = [
        ("password", true), ("adminPass", true), ("OS-PASSWORD", true), ("auth_token2", true), ("X-Auth-Token", true),
        ("some_key", true), ("user_data", true), ("personality", true), ("Authorization", true),
        ("password_hash", false), ("sort_key", false), ("key", false), ("monkey", false), ("tokens", false),
        ("connection", false), ("name", false), ("", false), ("passwords", false),
    ]

    @Test("a key is secret as a whole or by its suffix", arguments: names)
    func key(_ name: String, _ isSecret: Bool) {
        let bytes = Array(name.utf8)
        bytes.withSpan { (span: RawSpan) in
            #expect(Redactor.isSecretKey(span, ByteRange(0, bytes.count)) == isSecret)
        }
    }
}
