import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@Suite("Time zone files")
struct TimeZoneFilesTests {
    let directory: ScratchDirectory

    init() throws {
        directory = try ScratchDirectory()
        for zone in ["Europe/Paris", "Europe/Dublin", "Asia/Kolkata", "UTC"] {
            try directory.write(ZoneFixture.bytes(zone), to: "zoneinfo/" + zone)
        }
        try directory.write("# tables\n".utf8, to: "zoneinfo/Broken")
    }

    func zones(variable: String? = nil, localFile: String? = nil) -> TimeZoneFiles {
        TimeZoneFiles(
            fileSystem: PosixFileSystem(), variable: variable, directory: directory.path + "/zoneinfo",
            localFile: localFile ?? directory.path + "/none")
    }

    /// The first of July 2026, noon UTC.
    static let july: Int64 = 1_782_907_200

    @Test(
        "a name finds its zone",
        arguments: [
            ("UTC", "UTC", 0), ("Z", "UTC", 0), ("+02:00", "+02:00", 7200), ("-0530", "-0530", -19800),
            ("+2", "+2", 7200), ("-11", "-11", -39600), ("Europe/Paris", "Europe/Paris", 7200),
            ("Asia/Kolkata", "Asia/Kolkata", 19800), ("EST5EDT,M3.2.0,M11.1.0", "EST5EDT,M3.2.0,M11.1.0", -14400),
        ] as [(String, String, Int32)])
    func names(_ name: String, _ shown: String, _ offset: Int32) throws {
        let rules = try zones().rules(named: name)
        #expect(rules.name == shown)
        #expect(rules.offset(atUTC: Self.july) == offset)
    }

    @Test(
        "the local zone is that of the TZ variable",
        arguments: [
            ("", "UTC", 0), (":", "UTC", 0), ("Europe/Paris", "Europe/Paris", 7200),
            (":Europe/Paris", "Europe/Paris", 7200), ("IST-5:30", "IST-5:30", 19800),
            ("<+03>-3", "<+03>-3", 10800),
        ] as [(String, String, Int32)])
    func variable(_ variable: String, _ shown: String, _ offset: Int32) throws {
        let rules = try zones(variable: variable).rules(named: "local")
        #expect(rules.name == shown)
        #expect(rules.offset(atUTC: Self.july) == offset)
    }

    @Test("a TZ variable may be a path")
    func variableWithPath() throws {
        let path = directory.path + "/zoneinfo/Europe/Paris"
        #expect(try zones(variable: ":" + path).rules(named: "local").name == "Europe/Paris")
    }

    @Test("without the variable, the local zone is that of the host's link, named by its target")
    func localFile() throws {
        let link = try directory.link("localtime", to: directory.path + "/zoneinfo/Europe/Dublin")
        let rules = try zones(localFile: link).rules(named: "local")
        #expect(rules.name == "Europe/Dublin")
        #expect(rules.offset(atUTC: Self.july) == 3600)
    }

    @Test("a host's file that is no link is named local, and a host without one is at UTC")
    func localCopy() throws {
        let copy = try directory.write(ZoneFixture.bytes("Asia/Kolkata"), to: "localtime")
        #expect(try zones(localFile: copy).rules(named: "local").name == "local")
        #expect(try zones(localFile: copy).rules(named: "local").offset(atUTC: 0) == 19800)
        #expect(try zones().rules(named: "local") == .utc)
    }

    @Test(
        "a name without a file is answered with a suggestion and the package to install",
        arguments: [
            ("Europe/Pariss", "no zone file for 'Europe/Pariss'; did you mean 'Europe/Paris'?"),
            ("europe/paris", "no zone file for 'europe/paris'; did you mean 'Europe/Paris'?"),
            ("Kolkata", "no zone file for 'Kolkata'; did you mean 'Asia/Kolkata'?"),
            ("Mars/Olympus", "no zone file for 'Mars/Olympus'; give a name such as 'Europe/Paris'"),
        ])
    func unknown(_ name: String, _ message: String) throws {
        let error = #expect(throws: TimeZoneLookupError.self) { try zones().rules(named: name) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("install the tzdata package") == true)
    }

    @Test("without any zone file, the package to install is named")
    func noDatabase() {
        let empty = TimeZoneFiles(fileSystem: PosixFileSystem(), variable: nil, directory: directory.path + "/none")
        let error = #expect(throws: TimeZoneLookupError.self) { try empty.rules(named: "Europe/Paris") }
        #expect(
            error?.description
                == "no zone file for 'Europe/Paris': no time zones are installed; install the tzdata package")
    }

    @Test(
        "a name that leads elsewhere is refused",
        arguments: ["../zoneinfo/UTC", "Europe/../UTC", "/etc/passwd", "", "Europe//Paris", "./UTC", "UTC\0"])
    func outside(_ name: String) {
        #expect(throws: TimeZoneLookupError.unusableName(name)) { try zones().rules(named: name) }
    }

    @Test("UTC+2 is refused as an option, and a rule in the variable", arguments: ["UTC+2", "gmt-05:30"])
    func doubtfulSign(_ name: String) throws {
        #expect(throws: TimeZoneLookupError.doubtfulSign(name)) { try zones().rules(named: name) }
        let rules = try zones(variable: name).rules(named: "local")
        #expect(rules.offset(atUTC: Self.july) == (name == "UTC+2" ? -7200 : 19800))
    }

    @Test("a zone file that the device cannot read is an error, not another zone")
    func deviceError() throws {
        let path = directory.path + "/zoneinfo/Europe/Paris"
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.read, 1, EIO)]
        let zones = TimeZoneFiles(
            fileSystem: FaultyFileSystem(faults), variable: nil, directory: directory.path + "/zoneinfo")
        let expected = FileSystemError(code: EIO, operation: .read, path: path)
        #expect(throws: TimeZoneLookupError.unreadable(expected)) { try zones.rules(named: "Europe/Paris") }
    }

    @Test("a file that is no zone, a directory, and a link to nothing are errors with the path")
    func badFiles() throws {
        let zoneinfo = directory.path + "/zoneinfo"
        #expect(throws: TimeZoneLookupError.badFile(zoneinfo + "/Broken", .notZoneFile)) {
            try zones().rules(named: "Broken")
        }
        let error = #expect(throws: TimeZoneLookupError.self) { try zones().rules(named: "Europe") }
        #expect(error?.description == "cannot read '\(zoneinfo)/Europe': it is a directory")
        let link = try directory.link("localtime", to: "/nowhere/zoneinfo/Europe/Paris")
        #expect(throws: TimeZoneLookupError.danglingLocalFile(link, target: "/nowhere/zoneinfo/Europe/Paris")) {
            try zones(localFile: link).rules(named: "local")
        }
    }
}
