import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite("Journal")
struct LayersJournalTests {
    static let folder = "corpus/oslo-formats/"

    @Test("both recorded shapes of the journal give the texts that were logged, as whole records")
    func recordings() throws {
        let logged = try rawTexts(of: Self.folder + "journal.truth.jsonl")
        let json = unwrap(try Fixtures.bytes(Self.folder + "journal.json"), .journalJSON)
        let export = unwrapExport(try Fixtures.bytes(Self.folder + "journal.export"), chunks: [.max])
        #expect(json.map(\.text) == logged)
        #expect(export.map(\.text) == logged)
        for (left, right) in zip(json, export) {
            #expect(left.isRecord && left.flags.isEmpty && left.host == "ctl01" && left.service == "oslo_driver.py")
            var other = right
            (other.offset, other.length) = (left.offset, left.length)
            #expect(left == other)
        }
    }

    @Test("a record's own fields, time and level come along")
    func recordFields() throws {
        let first = try #require(unwrap(try Fixtures.bytes(Self.folder + "journal.json"), .journalJSON).first)
        #expect(first.time == LogTime(nanoseconds: 1_795_370_287_721_813_000, kind: .utc, fractionDigits: 6))
        #expect(first.level == .error && first.pid == "3846")
        #expect(first.fields[.logger] == "nova.compute.manager" && first.fields[.level] == "ERROR")
        #expect(first.fields[.requestID] == "req-41ce0d98-a061-4886-a936-9480a70e4405")
        #expect(first.fields[.function] == "one" && first.fields[.file] == "/srv/opt/oslo_driver.py")
        #expect(first.fields[.userID] == nil)
    }

    @Test("a devstack unit's lines are no records; its stream and service are the unit")
    func devstack() {
        let input = """
            {"MESSAGE":"one","_SYSTEMD_UNIT":"devstack@n-cpu.service","SYSLOG_IDENTIFIER":"nova-compute",\
            "_PID":"7","__REALTIME_TIMESTAMP":"1000001","_HOSTNAME":"c","PRIORITY":"6"}
            {"MESSAGE":"two","_SYSTEMD_UNIT":"devstack@n-cpu.service","_PID":"8","_HOSTNAME":"c"}
            {"MESSAGE":"three","_SYSTEMD_UNIT":"devstack@n-api.service","_PID":"8","_HOSTNAME":"c"}
            {"MESSAGE":"four","_SYSTEMD_UNIT":"nova-compute.service","_HOSTNAME":"c"}
            {"MESSAGE":"five","_SYSTEMD_UNIT":"docker.service","CONTAINER_NAME":"nova_api","SYSLOG_IDENTIFIER":"f00"}

            """
        let texts = unwrap(input, .journalJSON)
        #expect(texts.map(\.text) == ["one", "two", "three", "four", "five"])
        #expect(texts.map(\.service) == ["n-cpu", "n-cpu", "n-api", "nova-compute", "nova_api"])
        #expect(texts.map(\.pid) == ["7", "8", "8", "", ""])
        #expect(texts.allSatisfy { !$0.isRecord })
        #expect(texts[0].stream == texts[1].stream && texts[1].stream != texts[2].stream)
        #expect(texts[0].time == LogTime(nanoseconds: 1_000_001_000, kind: .utc, fractionDigits: 6))
        #expect(texts[0].level == .info && texts[1].time == .absent && texts[1].level == .unknown)
    }

    static let valueShapes: [(String, String, EventFlags)] = [
        (#""tab\t\u00fc""#, "tab\tü", []),
        ("[97, 10,98,195,188]", "a\nb\u{FC}", []),
        ("null", "", [.lostAtSource]),
        (#"["first","second"]"#, "first", []),
        ("[[98,10],[99]]", "b\n", []),
        (#"["x",[1]]"#, "x", []),
        ("[]", "", []),
        ("[256,-1,1e9]", "\u{0}\u{FFFD}\u{FFFD}", []),
        (#""\udc00""#, "\u{FFFD}", [.invalidUTF8]),
    ]

    @Test(
        "a value is text, byte numbers, withheld, or repeated",
        arguments: valueShapes)
    func values(json: String, text: String, flags: EventFlags) throws {
        let found = try #require(unwrap("{\"A\":{\"B\":[]},\"MESSAGE\":\(json),\"_PID\":\"1\"}", .journalJSON).first)
        #expect(found.flags == flags && found.pid == "1")
        if !json.contains("1e9") { #expect(found.text == text) }
    }

    @Test("lines that journald cut at its limit are joined by unit and process")
    func lineBreaks() {
        func entry(_ text: String, pid: Int, isCut: Bool) -> String {
            let mark = isCut ? #","_LINE_BREAK":"line-max""# : ""
            return #"{"MESSAGE":"\#(text)","_SYSTEMD_UNIT":"a.service","_HOSTNAME":"h","_PID":"\#(pid)"\#(mark)}"#
                + "\n"
        }
        let input =
            entry("one,", pid: 1, isCut: true) + entry("uno,", pid: 2, isCut: true)
            + entry("two", pid: 1, isCut: false) + entry("other", pid: 3, isCut: false)
        let texts = unwrap(input, .journalJSON)
        #expect(texts.map(\.text) == ["one,two", "other", "uno,"])
        #expect(texts.map(\.pid) == ["1", "3", "2"])
        #expect(texts.map(\.host) == ["h", "h", "h"] && texts.map(\.service) == ["a", "a", "a"])
        #expect(texts.map(\.flags) == [[], [], [.truncated]])
        #expect(texts.map(\.length).reduce(0, +) == input.utf8.count)
    }

    static func binary(_ name: String, _ value: [UInt8], size: UInt64? = nil) -> [UInt8] {
        let size = size ?? UInt64(value.count)
        let digits = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        return [UInt8](name.utf8) + [0x0A] + digits + value + [0x0A]
    }

    @Test("an exported entry holds binary values with newlines and empty lines")
    func exportedEntries() {
        let input =
            [UInt8]("\n\n__CURSOR=a\nMESSAGE=plain = text\n\n".utf8)
            + [UInt8]("__CURSOR=b\n".utf8) + Self.binary("MESSAGE", [UInt8]("x\n\nMESSAGE=forged\n\n".utf8))
            + [UInt8]("_PID=7\n\nMESSAGE=no end".utf8)
        let texts = unwrapExport(input, chunks: [.max])
        #expect(texts.map(\.text) == ["plain = text", "x\n\nMESSAGE=forged\n\n", "no end"])
        #expect(texts.map(\.pid) == ["", "7", ""])
        #expect(texts.map(\.offset) == [0, 35, 90])
        #expect(texts.map(\.length).reduce(0, +) == input.count)
    }

    @Test("garbage between entries is text, and a size that cannot be is a line of garbage")
    func exportedGarbage() {
        let input =
            [UInt8]("what is this\n\nMESSAGE=a\n\n".utf8) + Self.binary("MESSAGE", [0x41], size: .max)
            + [UInt8]("_PID=1\n\nMESSAGE=b\n\n".utf8) + Self.binary("MESSAGE", [0x42], size: 1000)
        let texts = unwrapExport(input, chunks: [.max])
        #expect(texts.map(\.text) == ["what is this", "a", "", "b", "B\n"])
        #expect(texts.map(\.pid) == ["", "", "1", "", ""])
        #expect(texts[4].flags == [.truncated])
        #expect(texts.map(\.length).reduce(0, +) == input.count)
    }

    @Test("an entry over the limit is cut there, and its rest follows until the entry ends")
    func exportedLimit() {
        let input = [UInt8]("_PID=1\n".utf8) + Self.binary("MESSAGE", Array(repeating: 0x78, count: 100))
        let texts = unwrapExport(input + [UInt8]("_UID=0\n\nMESSAGE=b\n\n".utf8), chunks: [.max], limit: 60)
        let xs = { String(repeating: "x", count: $0) }
        #expect(texts.map(\.text) == [xs(37), xs(60), xs(3) + "\n_UID=0", "b"])
        #expect(texts.map(\.flags) == [[.truncated], [.truncated, .continued], [.continued], []])
        #expect(texts.map(\.length).reduce(0, +) == input.count + 19)
    }

    @Test("the entries do not depend on how the bytes arrive", arguments: [[1], [3, 1, 7], [64, 4093], [8192]])
    func chunks(sizes: [Int]) throws {
        let recorded = [UInt8](try Fixtures.bytes(Self.folder + "journal.export").prefix(60_000))
        for limit in [4 << 20, 3000, 100] {
            #expect(
                unwrapExport(recorded, chunks: sizes, limit: limit)
                    == unwrapExport(recorded, chunks: [.max], limit: limit))
        }
    }
}
