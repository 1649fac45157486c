import Foundation
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldTransport

/// What a request of these settings ends with.
private func outcome(
    _ url: String, _ change: (inout TransportSettings) -> Void = { _ in }
) throws -> Result<TransportAnswer, TransportFailure> {
    var settings = TransportSettings()
    settings.proxy = ""
    change(&settings)
    let transport = try #require(CurlTransport(settings, clock: SystemClock()))
    transport.start(TransportRequest(.post, url, body: Array("{}".utf8)), number: 0)
    return try #require(transport.next(until: nil)).outcome
}

private func failure(
    _ url: String, _ change: (inout TransportSettings) -> Void = { _ in }
) throws -> TransportFailure? {
    if case .failure(let failure) = try outcome(url, change) { failure } else { nil }
}

@Suite("The HTTP transport: proxies")
struct ProxyTests {
    @Test("A proxy that is set gets the whole address")
    func plain() throws {
        let proxy = try ScriptedServer { _ in .answer(200, body: "by the proxy") }
        let answer = try outcome("http://es1.example.org:9200/_bulk") { $0.proxy = proxy.url }.get()
        #expect(answer.body == Array("by the proxy".utf8))
        #expect(proxy.requests.map(\.line) == ["POST http://es1.example.org:9200/_bulk HTTP/1.1"])
    }

    @Test("Without one that of the environment counts, and no_proxy; an empty one turns both off")
    func environment() async {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer { _ in .answer(200, body: "by the proxy") }
            let server = try ScriptedServer { _ in .answer(200, body: "by itself") }
            setenv("http_proxy", proxy.url, 1)
            unsetenv("no_proxy")
            func said(_ proxy: String?) throws -> String {
                String(decoding: try outcome(server.url) { $0.proxy = proxy }.get().body, as: UTF8.self)
            }
            let through = try said(nil)
            let without = try said("")
            setenv("no_proxy", "127.0.0.1", 1)
            let excepted = try said(nil)
            exit([through, without, excepted] == ["by the proxy", "by itself", "by itself"] ? 0 : 1)
        }
    }

    @Test("A proxy that refuses, or is not there, is a failure that says so")
    func refused() throws {
        let proxy = try ScriptedServer { _ in .answer(403, body: "") }
        let refusal = try #require(try failure("https://es1.example.org:9200/") { $0.proxy = proxy.url })
        #expect(proxy.requests.map(\.line) == ["CONNECT es1.example.org:9200 HTTP/1.1"])
        #expect(refusal.description.contains("403"), "\(refusal)")
        let missing = try #require(try failure("https://es1.example.org:9200/") { $0.proxy = "http://127.0.0.1:1" })
        #expect(missing.kind == .unreachable)
    }
}

@Suite("The HTTP transport: TLS")
struct TLSTests {
    /// The versions that the hello of a connection with these settings offers.
    private func offered(_ minimum: TLSSettings.Version) throws -> Set<Int> {
        let hello = Monitor<[UInt8]>([])
        let peer = try ScriptedPeer { connection in
            let head = connection.read(5)
            let body = connection.read(Int(head[3]) << 8 | Int(head[4]))
            hello.change { $0 = body }
        }
        _ = try failure("https://127.0.0.1:\(peer.port)/") { $0.tls.minimum = minimum }
        // The extension supported_versions (RFC 8446, section 4.2.1): its number, two lengths, the versions.
        let bytes = hello.withLock { $0 }
        let start = try #require(
            bytes.indices.dropLast(5).first { at in
                bytes[at..<at + 3].elementsEqual([0, 0x2B, 0]) && bytes[at + 3] == bytes[at + 4] + 1
            })
        let versions = bytes[(start + 5)..<(start + 5 + Int(bytes[start + 4]))]
        return Set(
            stride(from: versions.startIndex, to: versions.endIndex, by: 2).map {
                Int(versions[$0]) << 8 | Int(versions[$0 + 1])
            })
    }

    @Test("Nothing older than the minimum is offered")
    func minimum() throws {
        #expect(try offered(.tls12) == [0x0304, 0x0303])
        #expect(try offered(.tls13) == [0x0304])
    }

    private static let environment = ProcessInfo.processInfo.environment

    /// A receiver of Lumberjack with TLS that the environment names: it takes a handshake as any server does, and closes at
    /// the first line of HTTP.
    private struct Receiver {
        let url: String
        let ca, otherCA, certificate, key: String

        init(_ prefix: String) throws {
            func value(_ name: String) throws -> String {
                try #require(TLSTests.environment["LOGFOLD_TEST_\(prefix)_\(name)"])
            }
            url = "https://\(try value("ADDRESS"))/"
            (ca, otherCA) = (try value("CA"), try value("OTHER_CA"))
            (certificate, key) = (try value("CLIENT_CERT"), try value("CLIENT_KEY"))
        }

        /// SHA-256 of the public key of the server's certificate, which lies beside its CA.
        func keyDigest() throws -> [UInt8] {
            let openssl = Process()
            let output = Pipe()
            openssl.executableURL = URL(filePath: "/usr/bin/openssl")
            openssl.arguments = ["x509", "-pubkey", "-noout", "-in", ca.replacing("/ca.pem", with: "/server.pem")]
            openssl.standardOutput = output
            try openssl.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            openssl.waitUntilExit()
            return SHA256.digest(try #require(Base64.decode(pem: text)))
        }
    }

    @Test(
        "A client certificate lets in; without, or with a wrong CA, it says what is missing",
        .enabled(if: TLSTests.environment["LOGFOLD_TEST_LUMBERJACK_MTLS_ADDRESS"] != nil))
    func clientCertificate() throws {
        let server = try Receiver("LUMBERJACK_MTLS")
        let shown = try #require(
            try failure(server.url) {
                $0.tls.ca = server.ca
                $0.tls.certificate = server.certificate
                $0.tls.key = server.key
            })
        #expect(shown.kind == .cut || shown.kind == .cutWhileSending, "Let in, and then not understood: \(shown)")
        // What libcurl gets to see of the refusal is a matter of luck, but never an answer.
        let missing = try #require(try failure(server.url) { $0.tls.ca = server.ca })
        #expect(missing.kind == .tls || missing.kind == .cut || missing.kind == .cutWhileSending, "\(missing)")
        let other = try #require(try failure(server.url) { $0.tls.ca = server.otherCA })
        #expect(other.kind == .tls && other.description.contains("tls.ca"), "\(other)")
        let swapped = try #require(
            try failure(server.url) {
                $0.tls.ca = server.ca
                $0.tls.certificate = server.certificate
                $0.tls.key = server.certificate
            })
        #expect(swapped.kind == .tls && swapped.description.contains("tls.key"), "\(swapped)")
    }

    @Test(
        "A CA that is given is the only one: those of the system count no more",
        .enabled(if: TLSTests.environment["LOGFOLD_TEST_LUMBERJACK_TLS_ADDRESS"] != nil))
    func onlyCA() throws {
        let server = try Receiver("LUMBERJACK_TLS")
        let scratch = try ScratchDirectory()
        try FileManager.default.copyItem(atPath: server.ca, toPath: "\(scratch.path)/ca.pem")
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments = ["rehash", scratch.path]
        try openssl.run()
        openssl.waitUntilExit()
        let system = try #require(try failure(server.url) { $0.tls.systemDirectory = scratch.path })
        #expect(system.kind == .cut || system.kind == .cutWhileSending, "Let in by the system's: \(system)")
        let other = try #require(
            try failure(server.url) {
                $0.tls.systemDirectory = scratch.path
                $0.tls.ca = server.otherCA
            })
        #expect(other.kind == .tls && other.description.contains("tls.ca"), "\(other)")
    }

    @Test(
        "The server's public key may be pinned, beside the CA and not in its place",
        .enabled(if: TLSTests.environment["LOGFOLD_TEST_LUMBERJACK_TLS_ADDRESS"] != nil))
    func pin() throws {
        let server = try Receiver("LUMBERJACK_TLS")
        let digest = try server.keyDigest()
        let right = try #require(
            try failure(server.url) {
                $0.tls.ca = server.ca
                $0.tls.publicKeyDigest = digest
            })
        #expect(right.kind == .cut || right.kind == .cutWhileSending, "\(right)")
        let wrong = try #require(
            try failure(server.url) {
                $0.tls.ca = server.ca
                $0.tls.publicKeyDigest = digest.reversed()
            })
        #expect(wrong == TransportFailure(.tls, "the server's public key is not the one in tls.public_key_sha256"))
        let alone = try #require(
            try failure(server.url) {
                $0.tls.ca = server.otherCA
                $0.tls.publicKeyDigest = digest
            })
        #expect(alone.kind == .tls && alone.description.contains("tls.ca"), "\(alone)")
    }

    @Test(
        "Elasticsearch through a proxy: the certificate is checked behind it, by CA and by digest",
        .enabled(if: TLSTests.environment["LOGFOLD_TEST_ELASTICSEARCH_CA"] != nil))
    func throughProxy() throws {
        let url = try #require(Self.environment["LOGFOLD_TEST_ELASTICSEARCH_URL"])
        let ca = try #require(Self.environment["LOGFOLD_TEST_ELASTICSEARCH_CA"])
        let address = try SocketAddress(url.replacing("https://", with: ""))
        let proxy = try ScriptedPeer { connection in
            var head: [UInt8] = []
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), let byte = connection.read(1).first {
                head.append(byte)
            }
            connection.write(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8))
            try? connection.forward(to: address)
        }
        let proxyURL = "http://127.0.0.1:\(proxy.port)"
        let answer = try outcome(url + "/_bulk") {
            $0.proxy = proxyURL
            $0.tls.ca = ca
        }.get()
        #expect(answer.status == 401)
        #expect(answer.headers["x-elastic-product"] == "Elasticsearch" || !answer.body.isEmpty)
        let wrong = try #require(
            try failure(url) {
                $0.proxy = proxyURL
                $0.tls.caDigest = [UInt8](repeating: 1, count: 32)
            })
        let shown = try #require(wrong.description.firstMatch(of: #/it shows ([0-9a-f]{64})/#)).output.1
        let trusted = try outcome(url + "/_bulk") {
            $0.proxy = proxyURL
            $0.tls.caDigest = [UInt8](hexadecimal: String(shown))
        }.get()
        #expect(trusted.status == 401)
    }
}
