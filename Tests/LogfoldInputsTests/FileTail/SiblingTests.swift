import Testing

@testable import LogfoldInputs

@Suite("The order of rotated files")
struct SiblingTests {
    @Test(
        "names decide where they can, time where they cannot, and the path itself is the newest",
        arguments: [
            // Names with the times of their last change, in no order; then from the oldest to the newest.
            ("a:1 a.2:5 a.1:2 a.10:9", "a.10 a.2 a.1 a"),
            ("a-20261123.gz:1 a:0 a-20261122:9", "a-20261122 a-20261123.gz a"),
            ("a.1:9 a-20261122:5 a.2:4 a:0", "a.2 a-20261122 a.1 a"),
            ("a.2026-11-22.2:7 a.2026-11-22.1:8 a:0", "a.2026-11-22.2 a.2026-11-22.1 a"),
            ("a.1.gz:3 a.1:3 a:4 a.2.gz:1 a.2.zst:1", "a.2.gz a.2.zst a.1 a"),
            ("a.gz:3 a:4", "a"), ("a.gz:3 a.1:2", "a.1 a.gz"), ("", ""),
        ])
    func order(siblings: String, expected: String) {
        let all = siblings.split(separator: " ").enumerated().map { number, text in
            let parts = text.split(separator: ":")
            return sibling(String(parts[0]), inode: UInt64(number), modified: Int64(parts[1]) ?? 0)
        }
        #expect(Sibling.inOrder(all).map(\.path).joined(separator: " ") == expected)
        #expect(Sibling.inOrder(all.reversed()).map(\.path).joined(separator: " ") == expected)
    }

    @Test("of several names of one file the newest counts")
    func hardLinks() {
        let all = [sibling("a", inode: 1, modified: 1), sibling("a.1", inode: 1, modified: 1)]
        #expect(Sibling.inOrder(all).map(\.path) == ["a"])
    }

    private func sibling(_ path: String, inode: UInt64, modified: Int64) -> Sibling {
        let stamp = FileStamp(id: FileID(device: 1, inode: inode), size: 1, modified: modified)
        return Sibling(path: path, name: RotationName(path), isLive: path == "a", stamp: stamp)
    }
}
