import Testing

@Suite("Tailing through rotations: every record once, in order")
struct RotationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let steps: [Step]
        var isInOrder = true
        var testDescription: String { name }

        init(_ name: String, inOrder: Bool = true, _ steps: [Step]) {
            self.name = name
            self.steps = steps
            isInOrder = inOrder
        }
    }

    static let live: [Case] = [
        Case("appended", [.write(2), .read, .write(3), .read]),
        Case("created late", [.read, .write(2), .read]),
        Case("half a line, completed later", [.write(1), .half(), .read, .rest(), .write(1), .read]),
        Case("half the first line", [.half(), .read, .rest(), .read]),
        Case("renamed, successor at once", [.write(2), .read, .write(1), .rotate(), .write(2), .read]),
        Case("renamed before it was ever seen", [.read, .write(2), .read, .rotate(), .read, .write(2), .read]),
        Case("renamed, successor later", [.write(2), .read, .rotate(), .read, .later(5), .write(2), .read]),
        Case(
            "old file still written, successor empty",
            [.write(1), .read, .rotate(), .write(2, to: "a.log.1"), .read, .write(1), .read]),
        Case(
            "late line in the rotated file", inOrder: false,
            [.write(1), .read, .rotate(), .write(2), .read, .write(1, to: "a.log.1"), .read, .later(1.5)]),
        Case(
            "late line an hour later", inOrder: false,
            [.write(1), .read, .rotate(), .write(2), .read, .later(3600), .write(1, to: "a.log.1"), .read]),
        Case("two fast rotations", [.write(2), .read, .write(1), .rotate(), .write(2), .rotate(), .write(2), .read]),
        Case(
            "five fast rotations",
            [.write(1), .read] + (0..<5).flatMap { _ in [Step.write(1), .rotate()] } + [.write(1), .read, .later(1)]),
        Case(
            "rotation without a new file",
            [
                .write(2), .read, .rotate(), .write(2, to: "a.log.1"), .read, .later(100),
                .write(1, to: "a.log.1"), .read,
            ]),
        Case(
            "half a line before the rotation, rest after",
            [
                .write(1), .half(), .read, .rotate(), .read, .rest(of: "a.log.1"), .write(1), .read, .later(3),
            ]),
        Case("copied and cut", [.write(2), .read, .write(2), .copyTruncate(), .write(2), .read, .later(1)]),
        Case(
            "copied and cut, read up to the end",
            [.write(2), .read, .copyTruncate(), .read, .later(1), .write(2), .read]),
        Case(
            "copied and cut, longer than before",
            [.write(2), .read, .copyTruncate(), .write(9), .read, .later(1)]),
        Case(
            "copied and cut twice",
            [
                .write(2), .read, .write(1), .copyTruncate(), .write(2), .copyTruncate(), .write(1), .read, .later(1),
            ]),
        Case(
            "the copy seen before the cut",
            [
                .write(3), .read, .copy(to: "a.log.1"), .read, .later(1), .truncate(), .write(2), .read, .later(1),
            ]),
        Case(
            "an older copy beside, seen before the cut",
            [
                .write(3), .read, .rotate(), .write(2), .read, .rename("a.log.1", to: "a.log.2"), .copy(to: "a.log.1"),
                .read,
                .later(1), .truncate(), .write(2), .read, .later(1),
            ]),
        Case("packed at once", [.write(2), .read, .write(1), .rotate(), .gzip(), .write(2), .read, .later(100)]),
        Case(
            "packed later",
            [.write(2), .read, .rotate(), .write(2), .read, .gzip(), .read, .later(100), .write(1), .read]),
        Case(
            "packed long after",
            [
                .write(2), .read, .rotate(), .write(2), .read, .later(200), .gzip(), .read, .later(100), .write(1),
                .read,
            ]),
        Case("packed by zstd", [.write(2), .read, .write(1), .rotate(), .zstd(), .write(2), .read, .later(100)]),
        Case(
            "rotated and packed again and again",
            [.write(1), .read]
                + (0..<4).flatMap { _ in [Step.write(2), .read, .rotate(), .gzip(), .write(1), .read, .later(1)] }
                + [.later(120)]),
        Case(
            "two rotations, packed, between two looks",
            [
                .write(2), .read, .write(1), .rotate(), .write(2), .rotate(), .gzip("a.log.2"), .gzip("a.log.1"),
                .write(1),
                .read, .later(100),
            ]),
        Case(
            "copied, cut and packed",
            [.write(2), .read, .write(1), .copyTruncate(), .gzip(), .write(2), .read, .later(1)]),
        Case("cut in place after all was read", [.write(3), .read, .truncate(), .write(2), .read, .later(1)]),
        Case("cut in place and grown past the old end", [.write(3), .read, .truncate(), .write(9), .read, .later(1)]),
        Case(
            "moved away, cut, moved back",
            [
                .write(3), .read, .rename("a.log", to: "b"), .truncate("b"), .rename("b", to: "a.log"), .write(2),
                .read,
                .later(1),
            ]),
        Case("deleted and made again", [.write(3), .read, .delete(), .write(2), .read, .later(100), .write(1), .read]),
    ]

    @Test("while it runs", arguments: live)
    func running(_ example: Case) throws {
        let stage = Stage(try TailWorld())
        try stage.play(example.steps)
        try audit(stage, example)
    }

    @Test("while it runs, without inotify", arguments: live)
    func polling(_ example: Case) throws {
        let stage = Stage(try TailWorld(usesInotify: false))
        // A look every two seconds sees less.
        try stage.play(
            example.steps.flatMap { step -> [Step] in
                if case .read = step { return [.later(2.1)] }
                return [step]
            })
        try audit(stage, example)
    }

    static let down: [Case] = [
        Case("appended", [.write(2), .read, .stop, .write(3), .start]),
        Case("nothing", [.write(2), .read, .stop, .start, .write(1), .read]),
        Case("one rotation", [.write(2), .read, .stop, .write(1), .rotate(), .write(2), .start]),
        Case(
            "three rotations",
            [
                .write(2), .read, .stop, .write(1), .rotate(), .write(2), .rotate(), .write(2), .rotate(), .write(1),
                .start,
            ]),
        Case(
            "three rotations, packed",
            [
                .write(2), .read, .stop, .write(1), .rotate(), .gzip(), .write(2), .rotate(), .gzip(), .write(2),
                .rotate(),
                .zstd(), .write(1), .start, .later(1),
            ]),
        Case(
            "a rotation without a new file",
            [.write(2), .read, .stop, .write(1), .rotate(), .start, .later(1), .write(1), .read]),
        Case("copied and cut", [.write(2), .read, .stop, .write(1), .copyTruncate(), .write(2), .start, .later(1)]),
        Case(
            "copied and cut, longer than before",
            [
                .write(2), .read, .stop, .write(1), .copyTruncate(), .write(9), .start, .later(1),
            ]),
        Case(
            "copied, cut, packed",
            [
                .write(2), .read, .stop, .write(1), .copyTruncate(), .gzip(), .write(9), .start, .later(1),
            ]),
        Case(
            "the file before still has something", inOrder: false,
            [
                .write(2), .read, .rotate(), .write(2), .read, .stop, .write(1, to: "a.log.1"), .write(1), .start,
                .later(1),
            ]),
        Case(
            "a late line in a file that is packed then", inOrder: false,
            [
                .write(2), .read, .rotate(), .write(2), .read, .stop, .write(1, to: "a.log.1"), .gzip(), .write(1),
                .start,
                .later(1),
            ]),
        Case("read whole before, rotated after", [.write(2), .read, .stop, .rotate(), .write(2), .start, .later(1)]),
        Case(
            "packed, with nothing new",
            [
                .write(2), .read, .rotate(), .write(2), .read, .stop, .gzip(), .start, .later(1), .write(1), .read,
            ]),
        Case(
            "restarted again and again",
            [
                .write(2), .read, .rotate(), .gzip(), .write(2), .read, .stop, .start, .later(1), .stop, .start,
                .write(1),
                .rotate(), .gzip(), .write(1), .read, .stop, .start, .later(1), .stop, .start, .later(100),
            ]),
        Case("half a line, completed", [.write(1), .half(), .read, .stop, .rest(), .write(1), .start]),
        Case(
            "half a line, rotated, completed",
            [
                .write(1), .half(), .read, .stop, .rotate(), .rest(of: "a.log.1"), .write(1), .start, .later(3),
            ]),
        Case("killed before anything was saved", [.write(3), .read, .kill, .write(1), .start]),
        Case(
            "killed before anything was saved, and rotated",
            [
                .write(3), .read, .kill, .write(1), .rotate(), .write(1), .start, .later(1),
            ]),
        Case(
            "killed, rotated twice and packed",
            [
                .write(3), .read, .save, .write(2), .read, .kill, .write(1), .rotate(), .write(1), .rotate(),
                .gzip("a.log.2"),
                .write(1), .start, .later(1),
            ]),
        Case(
            "killed with a late line unread", inOrder: false,
            [
                .write(2), .read, .rotate(), .write(2), .read, .save, .write(1, to: "a.log.1"), .kill, .start,
                .later(1),
            ]),
        Case(
            "killed after the rotation, before the successor was saved",
            [
                .write(2), .read, .save, .rotate(), .write(2), .read, .kill, .write(1), .start, .later(1),
            ]),
        Case("a week of silence", [.write(3), .read, .later(700_000), .stop, .later(0.1), .start, .later(1)]),
    ]

    @Test("while it is down", arguments: down)
    func restarting(_ example: Case) throws {
        let stage = Stage(try TailWorld())
        try stage.play(example.steps)
        try audit(stage, example)
    }

    private func audit(_ stage: Stage, _ example: Case) throws {
        for (name, written) in stage.written {
            let lines = stage.world.lines(name)
            if example.isInOrder {
                #expect(lines == written)
            } else {
                #expect(lines.sorted() == written.sorted())
            }
        }
        #expect(stage.world.feed.violations == [])
        #expect(stage.world.feed.losses.isEmpty)
    }
}
