import Testing

@testable import LogfoldParsing

@Suite struct RequestLineTests {
    /// `method|url|version|status|bytes|client|ip|nanoseconds` of the request line that `text` is, or nil.
    private func parse(_ text: String) -> String? {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        let message = ByteRange(0, buffer.count)
        return buffer.withPaddedSpan { (span: RawSpan) -> String? in
            var http = HTTPFields()
            guard RequestLine.parse(span, message, &http) else { return nil }
            let texts = [http.method, http.url, http.version, http.status, http.bodyBytes, http.client, http.clientIP]
            return texts.map { span.string($0) }.joined(separator: "|") + "|\(http.duration)"
        }
    }

    @Test(arguments: [
        (
            #"10.11.10.1 "GET /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829"#,
            "GET|/v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/detail|1.1|200|1893|10.11.10.1|10.11.10.1|247782900"
        ),
        (
            #"10.0.0.5 "GET /v3/ HTTP/1.1" status: 200  len: 4567 time: 0.0012345"#,
            "GET|/v3/|1.1|200|4567|10.0.0.5|10.0.0.5|1234500"
        ),
        (
            #"10.0.0.5 "GET /placement/resource_providers" status: 200 len: 90 microversion: 1.36 time: 0.004312"#,
            "GET|/placement/resource_providers||200|90|10.0.0.5|10.0.0.5|4312000"
        ),
        (
            #"127.0.0.1 "PUT /traits/CUSTOM_X" status: 204 len: 0 microversion: -"#,
            "PUT|/traits/CUSTOM_X||204|0|127.0.0.1|127.0.0.1|-1"
        ),
        (
            #"10.11.21.142,10.11.10.1 "POST /v2/os-server-external-events HTTP/1.1" status: 200 len: 380 time: 1.5"#,
            "POST|/v2/os-server-external-events|1.1|200|380|10.11.21.142,10.11.10.1|10.11.21.142|1500000000"
        ),
        (
            #"10.1.255.252 - - [28/Oct/2014 10:42:22] "GET /v2.0/ports.json HTTP/1.1" 200 208 0.008971"#,
            "GET|/v2.0/ports.json|1.1|200|208|10.1.255.252|10.1.255.252|8971000"
        ),
        (
            #"fd00::5 - admin [28/Oct/2014 10:42:22] "DELETE /x HTTP/1.0" 204 - 2"#,
            "DELETE|/x|1.0|204||fd00::5|fd00::5|-1"
        ),
        (
            #"::1 - - [22/Nov/2026 17:09:02] "GET / HTTP/1.1" 300 1434 0.001"#, "GET|/|1.1|300|1434|::1|::1|1000000"
        ),
        (
            #"10.0.0.9,<local> "GET /latest/meta-data/ HTTP/1.1" status: 200  len: 221 time: 0.0026"#,
            "GET|/latest/meta-data/|1.1|200|221|10.0.0.9,<local>|10.0.0.9|2600000"
        ),
        (
            #"unknown, fe80::1%eth0 "GET /a b HTTP/1.1" status: 400 len: - time: 10"#,
            "GET|/a b|1.1|400||unknown, fe80::1%eth0|fe80::1|10000000000"
        ),
        (#"- "GET / HTTP/1.1" status: 200 len: 1"#, "GET|/|1.1|200|1|||-1"),
        (#""GET /v2/images HTTP/1.1" 200 15 0.1234567899"#, "GET|/v2/images|1.1|200|15|||123456789"),
        (#"Starting request: 10.0.0.5 "GET /resource_providers""#, "GET|/resource_providers||||10.0.0.5|10.0.0.5|-1"),
        ("GET https://k/v3/auth/tokens", "GET|https://k/v3/auth/tokens||||||-1"),
        ("DELETE http://c:8776/v3/x\n", "DELETE|http://c:8776/v3/x||||||-1"),
        ("http://c:8776/v3/volumes?a=b returned with HTTP 202", "|http://c:8776/v3/volumes?a=b||202||||-1"),
    ])
    func `request lines of the services`(text: String, expected: String) {
        #expect(parse(text) == expected)
    }

    @Test(arguments: [
        "", "GET", "GET /v3", "GET the instance", "GET https://k/v3 failed", "get https://k/v3",
        #"Sending "GET /foo HTTP/1.1" 200 1"#, #"10.0.0.5 "get /v3/ HTTP/1.1" status: 200 len: 1"#,
        #"10.0.0.5 "GET /v3/ HTTP/1.1" status: 20 len: 1"#, #"10.0.0.5 "GET /v3/ HTTP/1.1" status: 200"#,
        #"10.0.0.5 "GET /v3/ HTTP/1.1" status: 200 len: 1 and more"#, #"10.0.0.5 "GET /v3/ HTTP/1.1"#,
        #"10.0.0.5 "GET /v3/ HTTP/1.1""#, #"10.0.0.5 "GET  HTTP/1.1" status: 200 len: 1"#, #"5 "GET / HTTP/1.1" 200 1"#,
        #"10.0.0.256 "GET / HTTP/1.1" 200 1"#, #"10.0.0.5 "GET / HTTP/1.1" 2000 1"#,
        #"10.0.0.5 "GET / HTTP/1.1" 200 x"#,
        #"10.0.0.5 "GET / HTTP/1.1" 200"#, #"] "GET / HTTP/1.1" 200 1"#, #"- ] "GET / HTTP/1.1" 200 1"#,
        "http://c returned with HTTP 2000", "http://c returned with HTTP x00", "http://c is down", "https://",
        "Starting request: something else", #"Starting request: 10.0.0.5 "GET /x" twice"#, #"""""""""""""#,
        #"10.0.0.5 "GET / HTTP/1.1" status: "#, #"10.0.0.5 "GET / HTTP/1.1" status: 200 len:"#,
    ])
    func `other text is none`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1"), ("10.0.0.1:8080", "10.0.0.1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("[fe80::1]:80", "fe80::1"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("x,10.0.0.2", "10.0.0.2"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:1.2.3.4"), ("-, 10.0.0.3", "10.0.0.3"),
        ("1:2:3:4:5:6:7", ""), ("1:2:3:4:5:6:7:8:9", ""), ("1::2::3", ""), (":1", ""), ("1:", ""), (":::", ""),
        ("12345::", ""), ("01.2.3.4", ""), ("1.2.3", ""), ("1.2.3.4.5", ""), ("256.1.1.1", ""), ("1.2.3.", ""),
        (".1.2.3", ""),
        ("1..2.3", ""), ("1.2.3.1234", ""), ("1.2.3.00", ""), ("0.0.0.0", "0.0.0.0"), ("1.2.3.255", "1.2.3.255"),
        ("::1.2.3", ""),
        ("1:2:3:4:5:6:7:1.2.3.4", ""), ("[fe80::1", "fe80::1"), ("g::1", ""), ("", ""), (",", ""), ("%", ""),
    ])
    func `the first valid address of a client list`(text: String, expected: String) {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        let list = ByteRange(0, buffer.count)
        let found = buffer.withPaddedSpan { (span: RawSpan) in span.string(ClientAddress.firstIP(span, list)) }
        #expect(found == expected)
    }
}
