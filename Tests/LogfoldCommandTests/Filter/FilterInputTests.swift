import Foundation
import LogfoldCompression
import LogfoldTestSupport
import Testing

@Suite("The filter's inputs")
struct FilterInputTests {
    private let recording = "corpus/nova/nova-scheduler-startup-crash.log"

    private func filter(_ arguments: [String], input: Data = Data()) throws -> Program.Outcome {
        try Program.run(["--timezone", "UTC"] + arguments, input: input)
    }

    private func compressed(_ bytes: [UInt8]) throws -> (gzip: Data, zstd: Data) {
        let (gzip, zstd) = (try DeflateCompressor(.gzip), try ZstdCompressor())
        return (Data(try gzip.compress(bytes.span.bytes)), Data(try zstd.compress(bytes.span.bytes)))
    }

    @Test("a file, standard input and compressed copies give the same bytes")
    func sameBytes() throws {
        let bytes = try Fixtures.bytes(recording)
        let expected = try filter([Fixtures.path(recording)])
        #expect(expected.status == 0 && expected.messages.isEmpty && !expected.output.isEmpty)
        #expect(try filter([], input: Data(bytes)).output == expected.output)
        #expect(try filter(["-"], input: Data(bytes)).output == expected.output)
        let copies = try compressed(bytes)
        for copy in [copies.gzip, copies.zstd] {
            #expect(try filter([], input: copy).output == expected.output)
            // Names are not believed.
            let scratch = try Scratch()
            #expect(try filter([scratch.file("nova.log", copy)]).output == expected.output)
        }
    }

    @Test(
        "what it prints is read back as it is",
        arguments: [
            "corpus/nova/nova-scheduler-startup-crash.log", "corpus/glance/zed-failures.log",
            "corpus/oslo-formats/devstack-colour.log", "corpus/infra/rabbitmq-3.10.log",
        ])
    func fixedPoint(recording: String) throws {
        let arguments = ["--reference-time", "2026-11-24T00:00:00Z", Fixtures.path(recording)]
        let events = try filter(arguments).output
        let again = try filter([], input: Data(events.utf8))
        #expect(again.output == events)
    }

    @Test("files are read one after the other, in the order given")
    func order() throws {
        let scratch = try Scratch()
        let later = try scratch.file("later.log", "2026-11-22 16:50:53.000 1 INFO nova.a [-] later\n")
        let earlier = try scratch.file("earlier.log", "2026-11-22 16:50:52.000 1 INFO nova.a [-] earlier")
        let both = try filter(["-o", "raw", later, earlier])
        #expect(
            both.output == """
                2026-11-22 16:50:53.000 1 INFO nova.a [-] later
                2026-11-22 16:50:52.000 1 INFO nova.a [-] earlier

                """)
    }

    @Test("an input that cannot be read is said, and the others are read")
    func unreadable() throws {
        let scratch = try Scratch()
        let good = try scratch.file("good.log", "2026-11-22 16:50:52.000 1 INFO nova.a [-] good\n")
        let (absent, folder) = (scratch.folder.path + "/absent.log", scratch.folder.path)
        let outcome = try filter([absent, folder, good])
        #expect(
            outcome.messages == """
                logfold: \(absent): there is no such file or directory
                logfold: \(folder): it is a directory; name a file in it

                """)
        #expect(outcome.output.contains(#""message":"good""#) && outcome.status == 1)
    }

    @Test("no input at all is an exit status of its own; a mistyped command is asked about")
    func nothing() throws {
        let outcome = try filter(["exlain"])
        #expect(
            outcome.messages == """
                logfold: exlain: there is no such file or directory; did you mean the command 'explain'?

                """)
        #expect(outcome.output.isEmpty && outcome.status == 3)
    }

    @Test("of a damaged file all that can be decompressed is delivered")
    func damaged() throws {
        let bytes = try Fixtures.bytes("corpus/nova/nova-api-debug.log")
        let whole = try compressed(bytes).gzip
        let scratch = try Scratch()
        let cut = try scratch.file("cut.gz", whole.prefix(whole.count / 2))
        let outcome = try filter([cut])
        #expect(outcome.status == 1)
        #expect(outcome.messages.hasPrefix("logfold: \(cut): the compressed data end in the middle, at byte"))
        let expected = try filter([], input: Data(bytes)).output.split(separator: "\n")
        let events = outcome.output.split(separator: "\n")
        #expect(events.count > expected.count / 3)
        // The last event may have been cut.
        #expect(events.dropLast().elementsEqual(expected.prefix(events.count - 1)))
    }

    @Test("a file that is the output as well is refused")
    func output() throws {
        let scratch = try Scratch()
        let path = try scratch.file("x.log", "2026-11-22 16:50:52.000 1 INFO nova.a [-] text\n")
        let outcome = try Program.run([path], output: URL(filePath: path))
        #expect(outcome.messages == "logfold: \(path): it is also the output; write to another file\n")
        #expect(outcome.status == 3)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("[-] text\n"))
    }

    @Test("an empty input is no error", arguments: [["-"], ["/dev/null"]])
    func empty(arguments: [String]) throws {
        let outcome = try filter(arguments)
        #expect(outcome.output.isEmpty && outcome.messages.isEmpty && outcome.status == 0)
    }

    @Test("a full device is a failure, and is said", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func full() throws {
        let outcome = try Program.run([Fixtures.path(recording)], output: URL(filePath: "/dev/full"))
        #expect(outcome.messages == "logfold: standard output: no space is left on the device\n")
        #expect(outcome.status == 1)
    }
}
