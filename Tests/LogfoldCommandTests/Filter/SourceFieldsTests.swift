import Foundation
import LogfoldCompression
import LogfoldTestSupport
import Testing

@testable import logfold

@Suite("What events say of where they were read")
struct SourceFieldsTests {
    private let bytes: [UInt8]

    init() throws { bytes = try Fixtures.bytes("corpus/nova/nova-scheduler-startup-crash.log") }

    private func events(_ path: String) throws -> [[String: Any]] {
        let outcome = try Program.run(["--source-fields", "--timezone", "UTC", path])
        #expect(outcome.status == 0)
        return try outcome.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func ids(_ path: String) throws -> [String] {
        try events(path).map { try #require(($0["event"] as? [String: Any])?["id"] as? String) }
    }

    @Test("path, host, service, agent and schema are in every event, and only then")
    func fields() throws {
        let scratch = try Scratch()
        let path = try scratch.file("nova/nova-scheduler.log", Data(bytes))
        let all = try events(path)
        #expect(!all.isEmpty)
        for event in all {
            #expect(((event["log"] as? [String: Any])?["file"] as? [String: Any])?["path"] as? String == path)
            #expect((event["service"] as? [String: Any])?["name"] as? String == "nova-scheduler")
            #expect((event["agent"] as? [String: String]) == ["type": "logfold", "version": Version.current])
            #expect((event["ecs"] as? [String: String]) == ["version": "9.4.0"])
            #expect(((event["host"] as? [String: Any])?["name"] as? String)?.isEmpty == false)
            #expect((event["event"] as? [String: Any])?["created"] is String)
        }
        let plain = try Program.run([path]).output
        for name in [#""path":"#, #""agent":"#, #""created":"#, #""host":"#] { #expect(!plain.contains(name)) }
    }

    @Test("ids are the same from rotated and compressed copies, and differ between events, paths and generations")
    func identity() throws {
        let scratch = try Scratch()
        let path = try scratch.file("nova.log", Data(bytes))
        let expected = try ids(path)
        #expect(expected.allSatisfy { $0.count == 32 } && Set(expected).count == expected.count)
        let gzip = Data(try DeflateCompressor(.gzip).compress(bytes.span.bytes))
        for (name, content) in [
            ("nova.log.1", Data(bytes)), ("nova.log-20261122", Data(bytes)), ("nova.log.2.gz", gzip),
        ] {
            #expect(try ids(scratch.file(name, content)) == expected)
        }
        let other = try ids(scratch.file("cinder.log", Data(bytes)))
        let generation = try ids(scratch.file("nova.log.3", Data("another first line\n".utf8) + Data(bytes)))
        #expect(Set(other).isDisjoint(with: expected) && Set(generation).isDisjoint(with: expected))
    }
}
