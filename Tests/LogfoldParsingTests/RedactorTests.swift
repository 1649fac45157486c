import LogfoldParsing
import LogfoldTestSupport
import Testing

/// A text and what is left of it: a secret on the left is `***` on the right.
struct RedactionCase: CustomTestStringConvertible, Sendable {
    let text: String
    let masked: String
    var testDescription: String { text }

    init(_ text: String, _ masked: String) {
        self.text = text
        self.masked = masked
    }
}

/// The text with each mask of the redactor replaced by `***`, as the encoder writes it.
func masked(_ bytes: [UInt8]) -> [UInt8] {
    var redactor = Redactor()
    var output: [UInt8] = []
    bytes.withSpan { (span: RawSpan) in redactor.scan(span, ByteRange(0, bytes.count)) }
    var at = 0
    for mask in redactor.masks {
        output += bytes[at..<mask.start]
        output += Array("***".utf8)
        at = mask.end
    }
    return output + bytes[at...]
}

func masked(_ text: String) -> String { String(decoding: masked(Array(text.utf8)), as: UTF8.self) }

private let fernet = "gAAAAABkX1" + String(repeating: "aB3_-", count: 30)
private let hex32 = "0123456789abcdef0123456789abcdef"

@Suite("Redaction of what is a secret")
struct RedactorTests {
    static let urls: [RedactionCase] = [
        .init("mysql+pymysql://nova:PW@db/nova_api?charset=utf8", "mysql+pymysql://nova:***@db/nova_api?charset=utf8"),
        .init("rabbit://u:PW@h:5672/", "rabbit://u:***@h:5672/"),
        .init("transport_url = rabbit://a:b@h", "transport_url = rabbit://a:***@h"),
        .init(
            "rabbit://openstack:s3c,r:et@h1:5672,openstack:t0p@h2:5672,u3:p3@h3/vh",
            "rabbit://openstack:***@h1:5672,openstack:***@h2:5672,u3:***@h3/vh"),
        .init("rabbit://h1:5672,u2:p2@h2:5672/", "rabbit://h1:5672,u2:***@h2:5672/"),
        .init("mysql://nova:p%40ss%2Fw@10.0.0.1:3306/nova", "mysql://nova:***@10.0.0.1:3306/nova"),
        .init("amqp://u:p@ss@host/ and so on", "amqp://u:***@host/ and so on"),
        .init("mysql://u:p/w@db/x", "mysql://u:***@db/x"),
        .init("redis://:hunter2@cache:6379", "redis://:***@cache:6379"),
        .init("smtp://joe@corp.example:pw@mail.example:25", "smtp://joe@corp.example:***@mail.example:25"),
        .init(#"{"url": "swift+https://a:b@c/v1"}"#, #"{"url": "swift+https://a:***@c/v1"}"#),
        .init(#"{"connection":"postgresql:\/\/u:p@h\/db"}"#, #"{"connection":"postgresql:\/\/u:***@h\/db"}"#),
        .init("(http://u:1234@h) (https://u2:x@h2)", "(http://u:***@h) (https://u2:***@h2)"),
    ]

    @Test("the password of a URL is masked; scheme, user and host stay", arguments: urls)
    func url(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let headers: [RedactionCase] = [
        .init("X-Auth-Token: \(fernet)", "X-Auth-Token: ***"),
        .init("X-Service-Token: abc123, X-Foo: bar", "X-Service-Token: ***, X-Foo: bar"),
        .init(
            #"curl -g -i -X GET http://k/v3 -H "Accept: */*" -H "X-Auth-Token: abc" -H "X-Subject-Token: def""#,
            #"curl -g -i -X GET http://k/v3 -H "Accept: */*" -H "X-Auth-Token: ***" -H "X-Subject-Token: ***""#),
        .init(
            "{'X-Storage-Token': 'AUTH_tk1', 'X-Trove-Auth-Token': u't'}",
            "{'X-Storage-Token': '***', 'X-Trove-Auth-Token': u'***'}"),
        .init("[('X-Auth-Token', 'abc'), ('Accept', '*/*')]", "[('X-Auth-Token', '***'), ('Accept', '*/*')]"),
        .init("{'X-Auth-Token': ['abc', 'def'], 'a': 'b'}", "{'X-Auth-Token': ['***', '***'], 'a': 'b'}"),
        .init("Authorization: Basic bm92YTpwdw==\nHost: h", "Authorization: ***\nHost: h"),
        .init("authorization: Bearer abc.def", "authorization: ***"),
        .init(
            "-H 'Authorization: AWS4-HMAC-SHA256 Credential=AK/x, Signature=ab' -v", "-H 'Authorization: ***' -v"),
        .init("Cookie: sessionid=a1; csrftoken=b2", "Cookie: ***"),
        .init("'Set-Cookie': 'sessionid=a1; Path=/'", "'Set-Cookie': '***'"),
        .init("X-Amz-Security-Token: FwoG==", "X-Amz-Security-Token: ***"),
        .init("Openstack-Auth-Receipt: abcdef", "Openstack-Auth-Receipt: ***"),
        .init(
            "'HTTP_X_AUTH_TOKEN': 'abc', 'HTTP_AUTHORIZATION': 'Basic eA=='",
            "'HTTP_X_AUTH_TOKEN': '***', 'HTTP_AUTHORIZATION': '***'"),
        .init(#"\r\nX-Auth-Token: abc\r\nHost: h"#, #"\r\nX-Auth-Token: ***\r\nHost: h"#),
    ]

    @Test("the values of secret headers are masked in every way to write a header", arguments: headers)
    func header(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let tokens: [RedactionCase] = [
        .init("validated \(fernet)== for", "validated *** for"),
        .init("GET /v3/OS-OAUTH/\(fernet) HTTP/1.1", "GET /v3/OS-OAUTH/*** HTTP/1.1"),
        .init(#"'x\n\#(fernet)'"#, #"'x\n***'"#),
        .init("jws eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_X end", "jws *** end"),
        .init("id PKIZ_\(String(repeating: "eJx-_", count: 12))= end", "id *** end"),
        .init("id MIIDxQYJ\(String(repeating: "Ko+h", count: 30))== end", "id *** end"),
        .init("GET /v2.0/tokens/\(hex32)?x=1", "GET /v2.0/tokens/***?x=1"),
        .init("GET /v2.0/tokens/\(hex32)/endpoints", "GET /v2.0/tokens/***/endpoints"),
        .init(
            #"{"access": {"token": {"issued_at": "2014", "id": "\#(hex32)", "tenant": {"id": "x"}}}}"#,
            #"{"access": {"token": {"issued_at": "2014", "id": "***", "tenant": {"id": "x"}}}}"#),
        .init(
            #""methods":["token"],"token":{"id":"\#(hex32)"}"#, #""methods":["token"],"token":{"id":"***"}"#),
        .init(
            "10.0.0.1 10.0.0.2 23/Nov/2026/10/11/12 GET /v1/AUTH_a/c HTTP/1.0 200 - curl/7.8 \(hex32.prefix(16))... - 512 - tx1 - 0.01 - - 1 2 0",
            "10.0.0.1 10.0.0.2 23/Nov/2026/10/11/12 GET /v1/AUTH_a/c HTTP/1.0 200 - curl/7.8 *** - 512 - tx1 - 0.01 - - 1 2 0"
        ),
        .init(
            "10.0.0.1 - 23/Nov/2026/10/11/12 GET /v1/c%3Ftemp_url_sig=ab HTTP/1.0 200 - - AUTH_tk\(hex32) 1 2 - tx1",
            "10.0.0.1 - 23/Nov/2026/10/11/12 GET /v1/c%3Ftemp_url_sig=*** HTTP/1.0 200 - - *** 1 2 - tx1"),
    ]

    @Test("tokens are known by their shape or their place", arguments: tokens)
    func token(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let keys: [RedactionCase] = [
        .init("password=abc", "password=***"),
        .init("password = abc def", "password = *** def"),
        .init("admin_pass='a b c', x=1", "admin_pass='***', x=1"),
        .init(#"{"adminPass": "x", "name": "vm"}"#, #"{"adminPass": "***", "name": "vm"}"#),
        .init(#"{"adminPass":"x","n":1}"#, #"{"adminPass":"***","n":1}"#),
        .init(#"{"adminPass" : "x"}"#, #"{"adminPass" : "***"}"#),
        .init("{'auth_password': 'x', 'auth_username': 'u'}", "{'auth_password': '***', 'auth_username': 'u'}"),
        .init("{u'auth_token': u'x', b'secret': b'y'}", "{u'auth_token': u'***', b'secret': b'***'}"),
        .init(#"{'secret_uuid': "it's"}"#, #"{'secret_uuid': "***"}"#),
        .init(#"{'password': 'it\'s "x"', 'a': 'b'}"#, #"{'password': '***', 'a': 'b'}"#),
        .init(#"{"password": "back\\", "a": "b"}"#, #"{"password": "***", "a": "b"}"#),
        .init(#"body: "{\"password\": \"x\", \"a\": \"b\"}""#, #"body: "{\"password\": \"***\", \"a\": \"b\"}""#),
        .init(#""{\"password\": \"a\\\"b\", \"c\": 1}""#, #""{\"password\": \"***\", \"c\": 1}""#),
        .init(#"\\\"secret\\\": \\\"x\\\", "#, #"\\\"secret\\\": \\\"***\\\", "#),
        .init("{\"password\":\n    \"x y\"}", "{\"password\":\n    \"***\"}"),
        .init("<adminPass>x y</adminPass>", "<adminPass>***</adminPass>"),
        .init("<ns:password>x</ns:password>", "<ns:password>***</ns:password>"),
        .init(#"password "x""#, #"password "***""#),
        .init(#"wrong password "x": refused"#, #"wrong password "***": refused"#),
        .init("chap_secret: 'abc'", "chap_secret: '***'"),
        .init("memcache_secret_key = foo", "memcache_secret_key = ***"),
        .init(
            "keystone_authtoken.password = foo log_opt_values /x.py:1",
            "keystone_authtoken.password = *** log_opt_values /x.py:1"),
        .init("metadata_proxy_shared_secret=foo", "metadata_proxy_shared_secret=***"),
        .init("?token=abc&limit=2 HTTP/1.1", "?token=***&limit=2 HTTP/1.1"),
        .init("Conn(user=x, password=a)b, host=h)", "Conn(user=x, password=***, host=h)"),
        .init("Conn(password=abc)", "Conn(password=***)"),
        .init("password1=abc PASSWORD=abc Auth_Token=x", "password1=*** PASSWORD=*** Auth_Token=***"),
        .init(
            #"'application_credential': {'id': 'i', 'secret': 's'}"#,
            #"'application_credential': {'id': 'i', 'secret': '***'}"#),
        .init(#""user_data": "IyEvYmluL3NoCg==""#, #""user_data": "***""#),
        .init(
            #""personality": [{"path": "/etc/a]", "contents": "eA=="}], "name": "n""#,
            #""personality": ***, "name": "n""#),
        .init(#"'configdrive': 'H4sIAAAA'"#, #"'configdrive': '***'"#),
        .init("temp_url_sig=0a1b&temp_url_expires=12", "temp_url_sig=***&temp_url_expires=12"),
        .init("?AWSAccessKeyId=AK&Signature=ab%3D&Expires=1", "?AWSAccessKeyId=AK&Signature=***&Expires=1"),
        .init("X-Amz-Signature=abcdef X", "X-Amz-Signature=*** X"),
        .init("snmp_community='public'", "snmp_community='***'"),
        .init("ipmi_password=calvin redfish_password = 'x'", "ipmi_password=*** redfish_password = '***'"),
        .init("'password' => 'x'", "'password' => '***'"),
        .init(#"line one\npassword=abc\nline three"#, #"line one\npassword=***\nline three"#),
        .init("'password': 'cut of", "'password': '***"),
        .init("'private_key': 'a\nb\nc', 'x': 'y'", "'private_key': '***', 'x': 'y'"),
        .init("password=é日本 x", "password=*** x"),
    ]

    @Test("the values of secret keys are masked", arguments: keys)
    func key(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let commands: [RedactionCase] = [
        .init("openstack --os-password abc --os-user x", "openstack --os-password *** --os-user x"),
        .init("openstack --os-password=abc x", "openstack --os-password=*** x"),
        .init("x --password 'a b' y", "x --password '***' y"),
        .init("['x', '--os-password', 'abc', 'y']", "['x', '--os-password', '***', 'y']"),
        .init("mysql -u root -psecret nova", "mysql -u root -p*** nova"),
        .init("mysqldump -p s%cret nova", "mysqldump -p *** nova"),
        .init("['mysql', '-psecret word', '-e', 'x']", "['mysql', '-p***', '-e', 'x']"),
        .init("MYSQL_PWD=abc mysql -u x", "MYSQL_PWD=*** mysql -u x"),
        .init("sshpass -p abc ssh -p 2222 h", "sshpass -p *** ssh -p 2222 h"),
        .init("ipmitool -I lanplus -H h -U admin -P pw power", "ipmitool -I lanplus -H h -U admin -P *** power"),
        .init("('ipmitool', '-P', 'pw', 'power')", "('ipmitool', '-P', '***', 'power')"),
        .init(
            "iscsiadm -m node -n node.session.auth.password -v abc",
            "iscsiadm -m node -n node.session.auth.password -v ***"),
        .init("('-n', 'node.session.auth.password', '-v', 'abc')", "('-n', 'node.session.auth.password', '-v', '***')"),
    ]

    @Test("passwords on command lines are masked", arguments: commands)
    func command(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let privateKeys: [RedactionCase] = [
        .init(
            "key:\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nend",
            "key:\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nend"),
        .init(
            #"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n"#,
            #"-----BEGIN OPENSSH PRIVATE KEY-----***-----END OPENSSH PRIVATE KEY-----\n"#),
        .init("-----BEGIN PRIVATE KEY-----\nMIIE\nabcd", "-----BEGIN PRIVATE KEY-----***"),
        .init(
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK-----",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----***-----END PGP PRIVATE KEY BLOCK-----"),
        .init(
            #"{"private_key": "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n", "a": 1}"#,
            #"{"private_key": "***", "a": 1}"#),
    ]

    @Test("private keys are masked, over lines and in one", arguments: privateKeys)
    func privateKey(_ example: RedactionCase) { #expect(masked(example.text) == example.masked) }

    static let everything = urls + headers + tokens + keys + commands + privateKeys

    @Test("masking what is masked already changes nothing", arguments: everything)
    func idempotent(_ example: RedactionCase) { #expect(masked(example.masked) == example.masked) }

    @Test("an example stays right with any text around it", arguments: everything)
    func embedded(_ example: RedactionCase) {
        // Cut texts and rest-of-line values end where the text or the line ends.
        let text = "Nov 2026 compute [-] \(example.text)\nnext line"
        let expected = "Nov 2026 compute [-] \(example.masked)\nnext line"
        if example.text.hasPrefix("10.0.0.1") || example.masked.hasSuffix("KEY-----***")
            || example.masked.hasSuffix("'***")
        {
            return
        }
        #expect(masked(text) == expected)
    }
}
