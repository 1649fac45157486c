import Foundation
import Testing

@Suite("The filter behind a live input", .timeLimit(.minutes(2)))
struct FilterLiveTests {
    private static let head = "2026-11-22 16:50:52.123 77 INFO nova.compute.manager [-] started\n"

    @Test(
        "an event is shown while the input stays open",
        arguments: [
            (head, #""message":"started""#),
            // A head of this level may have a traceback behind it.
            (head.replacing("INFO", with: "ERROR"), #""level":"error""#),
            // An unfinished traceback waits longest.
            (
                head.replacing("INFO", with: "ERROR")
                    + "2026-11-22 16:50:52.123 77 ERROR nova.compute.manager Traceback (most recent call last):\n",
                #""lines":2"#
            ),
            // Shorter than what tells a compressed file.
            ("a\n", #""message":"a""#),
        ])
    func shown(input: String, expected: String) throws {
        let program = try LiveProgram(["--timezone", "UTC"])
        program.write(Data(input.utf8))
        let lines = program.lines(1)
        #expect(lines.count == 1 && lines.first?.contains(expected) == true)
        let end = try program.end()
        #expect(end.lines == lines && end.status == 0)
    }

    @Test("lines that come in pieces are one event")
    func pieces() throws {
        let program = try LiveProgram(["--timezone", "UTC"])
        for piece in [Self.head.prefix(30), Self.head.dropFirst(30)] { program.write(Data(piece.utf8)) }
        #expect(program.lines(1).count == 1)
        program.write(Data(Self.head.utf8))
        #expect(program.lines(2).count == 2)
        #expect(try program.end().lines.allSatisfy { $0.contains(#""message":"started""#) })
    }

    @Test("somebody who stops reading ends it quietly")
    func closed() throws {
        let program = try LiveProgram([])
        program.write(Data(Self.head.utf8))
        #expect(program.lines(1).count == 1)
        // It notices when it writes again.
        program.write(Data(Self.head.utf8))
        #expect(try program.stopReading() == 0)
    }
}
