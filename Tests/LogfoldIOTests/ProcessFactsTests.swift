import Foundation
import Glibc
import LogfoldTestSupport
import Testing

@testable import LogfoldIO

@Suite("What the process takes")
struct ProcessFactsTests {
    @Test("is asked of the system")
    func current() throws {
        let directory = try ScratchDirectory()
        let before = ProcessFacts.current(in: PosixFileSystem())
        #expect(before.residentBytes > 1 << 20 && before.residentBytes < 1 << 36)
        #expect(before.maxOpenFiles >= before.openFiles && before.openFiles > 2)
        // More files than other tests can close meanwhile.
        let path = try directory.write([], to: "a")
        let held = try (0..<200).map { _ in try OpenFile(path, in: PosixFileSystem()) }
        let after = ProcessFacts.current(in: PosixFileSystem())
        #expect(after.openFiles > before.openFiles + 100)
        #expect(after.cpuMicroseconds >= before.cpuMicroseconds && after.cpuMicroseconds > 0)
        withExtendedLifetime(held) {}
    }

    @Test(
        "memory is the second number of statm",
        arguments: [("56841 4021 1842 3 0 9871 0\n", 4021), ("", 0), ("1", 0), ("a b", 0)] as [(String, Int64)])
    func statm(text: String, pages: Int64) { #expect(ProcessFacts.residentPages(statm: text) == pages) }

    @Test("where /proc is hidden the rest is still known")
    func hidden() {
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.open, 1, EACCES), (.list, 1, EACCES)]
        let facts = ProcessFacts.current(in: FaultyFileSystem(faults))
        #expect(facts.residentBytes == 0 && facts.openFiles == 0 && facts.cpuMicroseconds > 0)
    }
}
