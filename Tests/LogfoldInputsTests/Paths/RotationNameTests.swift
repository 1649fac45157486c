import LogfoldInputs
import Testing

@Suite("Names that rotation gives")
struct RotationNameTests {
    @Test(
        "rotation and compression do not change a path's identity",
        arguments: [
            ("/l/a.log", "/l/a.log"), ("/l/a.log.1", "/l/a.log"), ("/l/a.log.12.gz", "/l/a.log"),
            ("/l/a.log-20261122.zst", "/l/a.log"), ("/l/a.log-20261123-1732", "/l/a.log"),
            ("/l/a.log-20261123-1732.gz", "/l/a.log"), ("/l/a.log-1763829180", "/l/a.log"),
            ("/l/a.log.2026-11-22_13:53:08", "/l/a.log"), ("/l/a.log.2026-11-22.3.gz", "/l/a.log"),
            ("/l/messages-20261122", "/l/messages"), ("/l/a.log.20261122", "/l/a.log"),
            ("/l/a.log.2026-11-22T13", "/l/a.log"),
        ])
    func logical(path: String, expected: String) {
        #expect(RotationName(path).logicalPath == expected)
    }

    @Test(
        "what only looks like rotation stays in the path",
        arguments: [
            "/l/a-1.log", "/l.1/a", "/l-20261122/a.log", "/l/a-20261122.log", "/l/instance-00000001", "/l/20261122",
            "/l/.1", "/l/a.log-99999999", "/l/a.log-2026", "/l/a.log.1x", "",
        ])
    func plain(path: String) {
        #expect(RotationName(path).logicalPath == path)
        #expect(RotationName(path).isLive)
    }

    @Test("a name that is nothing but an ending leaves its folder")
    func ending() {
        #expect(RotationName("/l/.gz").logicalPath == "/l/")
    }

    @Test(
        "of two pieces of a log the names say which is older",
        arguments: [
            ("a.2", "a.1", true), ("a.1", "a.2", false), ("a.10", "a.9", true), ("a.1.gz", "a", true),
            ("a", "a.1", false), ("a-20261122", "a-20261123.gz", true), ("a-20261123", "a-20261122", false),
            ("a-20261122-0100", "a-20261122-0200", true), ("a-20261122-0100", "a-20261123", true),
            ("a-20261122", "a-20261122-0100", nil), ("a.1", "a-20261122", nil), ("a-1763829180", "a-20261122", nil),
            ("a.2026-11-22.1", "a.2026-11-22.2", nil), ("a.2026-11-22_13:53:08", "a.2026-11-22_13:53:09", true),
            ("a.gz", "a", true), ("a.gz", "a.1", nil),
        ] as [(String, String, Bool?)])
    func order(left: String, right: String, expected: Bool?) {
        #expect(RotationName(left).isOlder(than: RotationName(right)) == expected)
    }

    @Test("a packed file is the twin of the one it was made of")
    func twins() {
        #expect(RotationName("/l/a.1.gz").isTwin(of: RotationName("/l/a.1")))
        #expect(RotationName("/l/a.gz").isTwin(of: RotationName("/l/a")))
        #expect(!RotationName("/l/a.1.gz").isTwin(of: RotationName("/l/a.2")))
        #expect(!RotationName("/l/a.1").isTwin(of: RotationName("/l/a.1")))
    }
}
