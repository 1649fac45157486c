import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks
@testable import LogfoldTransport

/// Every message once.
private func once(_ count: Int) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ("m\($0)", 1) })
}

/// Against the strict receiver with faults on demand: LOGFOLD_TEST_LUMBERJACK_ADDRESS.
@Suite("Logstash sink: against a strict receiver", .serialized, .enabled(if: LumberjackServer.plain != nil))
struct StrictLumberjackTests {
    private let server: LumberjackServer

    init() throws {
        server = try #require(LumberjackServer.plain)
        try server.ask("mode?m=normal")
        try server.ask("style?s=sequence")
    }

    @Test(
        "Everything is stored once, in compressed frames that hold to the protocol", arguments: ["sequence", "count"])
    func plain(style: String) throws {
        try server.ask("style?s=\(style)")
        let before = try server.statistics()
        var options = try server.options()
        options.windowEvents = 70
        let attempt = try LogstashTry(options)
        for start in stride(from: 0, to: 1_000, by: 500) {
            attempt.take(start..<start + 500)
            #expect(attempt.commit() == nil)
        }
        #expect(try server.stored(attempt.run) == once(1_000))
        let after = try server.statistics()
        #expect(after["connections"] - before["connections"] == 1)
        #expect(after["windows"] - before["windows"] == 16)
        #expect(after["compressed"] - before["compressed"] == 16)
        #expect(after["carried_sequences"] == before["carried_sequences"])
        #expect(after.errors == before.errors)
    }

    @Test("Without compression as well")
    func uncompressed() throws {
        let before = try server.statistics()
        var options = try server.options()
        options.compressionLevel = nil
        let attempt = try LogstashTry(options)
        attempt.take(0..<500)
        #expect(attempt.commit() == nil)
        #expect(try server.stored(attempt.run) == once(500))
        #expect(try server.statistics()["compressed"] == before["compressed"])
    }

    @Test(
        "Whatever it does, everything is stored, and twice only what it stored without a word",
        arguments: [
            ("partial", 0), ("slow&delay=0.5&keepalive=0.1", 0), ("cut&n=1", 0), ("cut&n=3", 0), ("drop&n=1", 10),
            ("drop&n=2", 20),
        ])
    func faults(mode: String, repeats: Int) throws {
        var options = try server.options()
        options.windowEvents = 10
        let attempt = try LogstashTry(options)
        try server.ask("mode?m=\(mode)")
        attempt.take(0..<45)
        _ = attempt.deliver()
        let stored = try server.stored(attempt.run)
        #expect(Set(stored.keys) == Set(once(45).keys))
        #expect(stored.values.reduce(0, +) == 45 + repeats)
        #expect(attempt.sink.tally.sent >= 45 + repeats)
    }

    @Test("Closed in the middle of many windows, the rest goes over another connection")
    func midway() throws {
        var options = try server.options()
        options.windowEvents = 10
        let attempt = try LogstashTry(options)
        attempt.take(0..<30)
        #expect(attempt.commit() == nil)
        try server.ask("mode?m=cut&n=1")
        attempt.take(30..<100)
        // The connection was left over from before: that it is closed is no failure.
        #expect(attempt.commit() == nil)
        #expect(try server.stored(attempt.run) == once(100))
    }

    @Test("Keep-alives alone are waited for, longer than the timeout")
    func keepAlive() throws {
        var options = try server.options()
        options.transport.timeout = .seconds(1)
        let attempt = try LogstashTry(options)
        let before = try server.ask("mode?m=hold&keepalive=0.1")["keepalives"]
        attempt.take(0..<20)
        let control = server
        let thread = try DedicatedThread("releases") {
            try? control.wait(for: "keepalives", atLeast: before + 15)
            _ = try? control.ask("mode?m=normal")
        }
        #expect(attempt.commit() == nil)
        thread.join()
        #expect(try server.stored(attempt.run) == once(20))
    }

    @Test("Silence is not, and afterwards everything is sent again")
    func silence() throws {
        var options = try server.options()
        options.transport.timeout = .seconds(1)
        let attempt = try LogstashTry(options)
        try server.ask("mode?m=mute&keepalive=0.1")
        attempt.take(0..<20)
        #expect(attempt.commit() == "\(server.address) has neither acknowledged nor kept alive for 1s")
        try server.ask("mode?m=normal")
        #expect(attempt.commit() == nil)
        #expect(Set(try server.stored(attempt.run).keys) == Set(once(20).keys))
    }

    @Test("A sink that is told to stop leaves a server that only keeps alive at once")
    func interrupted() throws {
        let before = try server.ask("mode?m=hold&keepalive=0.1")["keepalives"]
        let attempt = try LogstashTry(try server.options())
        attempt.take(0..<5)
        let (interrupt, control) = (attempt.sink.interrupt, server)
        let thread = try DedicatedThread("interrupts") {
            try? control.wait(for: "keepalives", atLeast: before + 2)
            interrupt()
        }
        #expect(attempt.commit() == "it was told to stop")
        thread.join()
        try server.ask("mode?m=normal")
    }

    @Test("JSON lines arrive, with the metadata, and nothing is left unsaid when the sink is content")
    func lines() throws {
        let (attempt, before) = (try LogstashTry(try server.options(.lines)), try server.statistics())
        for start in stride(from: 0, to: 3_000, by: 1_000) {
            attempt.take(start..<start + 1_000, padding: 1_000)
            #expect(attempt.commit() == nil)
            #expect(attempt.sink.tally.handedOver == attempt.sink.tally.sent)
        }
        attempt.sink.close()
        // That it has been read is not known, only that it is there.
        try server.waitForLines(3_000, since: before)
        #expect(try server.stored(attempt.run) == once(3_000))
    }

    @Test("It and a server of another make share the events", .enabled(if: GoLumber.address != nil))
    func shared() throws {
        var options = try server.options()
        options.hosts.append(try HostAddress(try #require(GoLumber.address)))
        options.windowEvents = 100
        let attempt = try LogstashTry(options)
        let before = try GoLumber.batches().count
        attempt.take(0..<10_000)
        #expect(attempt.commit() == nil)
        let (mine, others) = (try server.stored(attempt.run), try GoLumber.batches().dropFirst(before).reduce(0, +))
        #expect(mine.values.allSatisfy { $0 == 1 })
        #expect(mine.count + others == 10_000)
        #expect(!mine.isEmpty && others > 0)
    }

    @Test("Half of the hosts dead, the others get everything")
    func dead() throws {
        var options = try server.options()
        options.hosts += try ["127.0.0.1:1", "127.0.0.1:2"].map { try HostAddress($0) }
        options.windowEvents = 10
        let attempt = try LogstashTry(options)
        attempt.take(0..<200)
        #expect(attempt.commit() == nil)
        #expect(try server.stored(attempt.run) == once(200))
    }
}

/// Against receivers with TLS: LOGFOLD_TEST_LUMBERJACK_TLS_ADDRESS, LOGFOLD_TEST_LUMBERJACK_MTLS_ADDRESS.
@Suite("Logstash sink: TLS", .serialized, .enabled(if: LumberjackServer.tls != nil && LumberjackServer.mutual != nil))
struct TLSLumberjackTests {
    private let server: LumberjackServer

    init() throws {
        server = try #require(LumberjackServer.tls)
        try server.ask("mode?m=normal")
    }

    /// What became of one event with these options.
    private func outcome(
        _ server: LumberjackServer? = nil, _ change: (inout LogstashOptions) throws -> Void
    ) throws -> String? {
        let server = server ?? self.server
        var options = try server.options()
        try change(&options)
        let attempt = try LogstashTry(options)
        attempt.take(0..<3)
        let failure = attempt.commit()
        #expect(try server.stored(attempt.run) == (failure == nil ? once(3) : [:]))
        return failure
    }

    @Test("With the right CA everything is stored, with TLS 1.2 and 1.3, by name and by address")
    func trusted() throws {
        for version in TLSSettings.Version.allCases {
            #expect(try outcome { $0.transport.tls.minimum = version } == nil)
        }
        let byName = try HostAddress(server.address.replacing("127.0.0.1", with: "localhost"))
        #expect(try outcome { $0.hosts = [byName] } == nil)
    }

    @Test("Another CA, another name, no encryption: nothing is sent, and the reason says what to do")
    func untrusted() throws {
        let other = try #require(try outcome { $0.transport.tls.ca = server.otherCA })
        #expect(other.contains("cannot be reached") && other.contains("give the CA that signed"), "\(other)")
        let name = try HostAddress(server.address.replacing("127.0.0.1", with: "other.localhost"))
        let wrong = try #require(try outcome { $0.hosts = [name] })
        #expect(wrong.contains("by a name that the certificate has"), "\(wrong)")
        #expect(try outcome { $0.isEncrypted = false } != nil)
        #expect(
            try outcome {
                $0.transport.tls.ca = nil; $0.transport.tls.verifies = false
            } == nil)
    }

    @Test("The certificate may be named by its digest, and the key pinned")
    func digests() throws {
        let wrong = try #require(
            try outcome {
                $0.transport.tls.ca = nil
                $0.transport.tls.caDigest = [UInt8](repeating: 1, count: 32)
            })
        let shown = try #require(wrong.firstMatch(of: #/it shows ([0-9a-f]{64})/#)).output.1
        #expect(
            try outcome {
                $0.transport.tls.ca = nil
                $0.transport.tls.caDigest = [UInt8](hexadecimal: String(shown))
            } == nil)
        let pinned = try #require(
            try outcome { $0.transport.tls.publicKeyDigest = [UInt8](repeating: 1, count: 32) })
        #expect(pinned.contains("not the one in tls.public_key_sha256"), "\(pinned)")
    }

    @Test("A client certificate lets in; without one nothing is stored, and the host does not count as up")
    func mutual() throws {
        let mutual = try #require(LumberjackServer.mutual)
        #expect(
            try outcome(mutual) {
                $0.transport.tls.certificate = mutual.certificate
                $0.transport.tls.key = mutual.key
            } == nil)
        var options = try mutual.options()
        options.transport.tls.minimum = .tls13
        let attempt = try LogstashTry(options)
        attempt.take(0..<3)
        for _ in 0..<3 {
            let failure = try #require(attempt.commit())
            #expect(
                failure.contains("see a certificate, give tls.certificate and tls.key"),
                "\(failure)")
        }
        #expect(try mutual.stored(attempt.run).isEmpty)
        #expect(attempt.sink.bytesWritten == 0)
    }

    @Test(
        "A send that blocks in the middle of TLS records goes on with the same bytes, and acknowledgements are read meanwhile"
    )
    func blocked() throws {
        var options = try server.options()
        options.compressionLevel = nil
        options.windowBytes = 8 << 20
        let attempt = try LogstashTry(options)
        attempt.take(0..<1)
        #expect(attempt.commit() == nil)
        let before = try server.ask("mode?m=hold&keepalive=0.05")["keepalives"]
        attempt.take(1..<3_001, padding: 8_000)
        let control = server
        let thread = try DedicatedThread("releases") {
            try? control.wait(for: "keepalives", atLeast: before + 20)
            _ = try? control.ask("mode?m=normal")
        }
        #expect(attempt.commit() == nil)
        thread.join()
        #expect(try server.stored(attempt.run) == once(3_001))
        #expect(attempt.sink.tally.sent == 3_001)
    }

    @Test("JSON lines are encrypted as well")
    func lines() throws {
        let (attempt, before) = (try LogstashTry(try server.options(.lines)), try server.statistics())
        attempt.take(0..<1_000, padding: 1_000)
        #expect(attempt.commit() == nil)
        attempt.sink.close()
        try server.waitForLines(1_000, since: before)
        #expect(try server.stored(attempt.run) == once(1_000))
    }
}

/// Against the reader of Elastic's own library: LOGFOLD_TEST_GO_LUMBER_ADDRESS.
@Suite("Logstash sink: against go-lumber", .serialized, .enabled(if: GoLumber.address != nil))
struct GoLumberTests {
    @Test("Many windows, plain and compressed, all of them acknowledged", arguments: [nil, 1, 6] as [Int?])
    func load(level: Int?) throws {
        var options = LogstashOptions(.lumberjack, hosts: [try HostAddress(try #require(GoLumber.address))])
        options.compressionLevel = level
        options.pipelining = 3
        let attempt = try LogstashTry(options)
        let before = try GoLumber.batches().count
        for start in stride(from: 0, to: 50_000, by: 10_000) {
            attempt.take(start..<start + 10_000, padding: 200)
            #expect(attempt.commit() == nil)
        }
        #expect(attempt.sink.tally.sent == 50_000)
        let sizes = try GoLumber.batches().dropFirst(before)
        #expect(sizes.reduce(0, +) == 50_000)
        #expect(sizes.allSatisfy { $0 <= 2_048 })
    }
}
