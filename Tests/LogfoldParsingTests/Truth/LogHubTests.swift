import Foundation
import LogfoldTestSupport
import Testing

/// The public LogHub sample, which is not ours to copy: read in place where `LOGFOLD_TEST_LOGHUB` names its folder.
@Suite struct LogHubTests {
    private static let folder = ProcessInfo.processInfo.environment["LOGFOLD_TEST_LOGHUB"].flatMap {
        $0.isEmpty ? nil : $0
    }

    @Test(
        "each line of LogHub's sample is one event with the fields that LogHub found in it",
        .enabled(if: folder != nil, "LOGFOLD_TEST_LOGHUB does not name the folder of the sample"))
    func sample() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let log = Array(try Data(contentsOf: folder.appending(path: "OpenStack_2k.log")))
        let table = try String(contentsOf: folder.appending(path: "OpenStack_2k.log_structured.csv"), encoding: .utf8)
        // LineId, Logrecord, Date, Time, Pid, Level, Component: none of these seven holds a comma.
        let rows = table.split(whereSeparator: \.isNewline).dropFirst().map {
            $0.split(separator: ",", maxSplits: 7, omittingEmptySubsequences: false)
        }
        let events = EngineOutput(log).events
        #expect(rows.count == 2_000)
        try #require(events.count == rows.count)
        for (event, row) in zip(events, rows) {
            #expect(event["@timestamp"] == "\(row[2])T\(row[3])Z")
            #expect(event["process.pid"] == String(row[4]))
            #expect(event["log.level"] == row[5].lowercased())
            #expect(event["log.logger"] == String(row[6]))
            #expect(event["logfold.format"] == "file_name/oslo")
            #expect(!event.message.hasSuffix("\r"))
        }
    }
}
