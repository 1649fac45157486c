import Foundation
import Testing

/// A folder of small programs that stand in front of the machine's own, and is gone at the end.
private final class StandIns {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "logfold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Adds a program with this body; returns its folder.
    @discardableResult
    func add(_ path: String, _ body: String) throws -> String {
        let file = folder.appending(path: path)
        let parent = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return parent.path
    }

    /// Runs a script of the repository; what it prints, stdout and stderr together, and its exit status.
    func run(
        _ script: String, _ arguments: [String], path: [String], home: String? = nil
    ) throws -> (output: String, status: Int32) {
        let repository = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [repository.appending(path: script).path] + arguments
        process.environment = ["PATH": (path + ["/usr/bin", "/bin"]).joined(separator: ":"), "HOME": folder.path]
        if let home { process.environment?["SWIFT_HOME"] = home }
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (output, process.terminationStatus)
    }
}

@Suite("Finding the toolchain")
struct ToolchainScriptTests {
    private static let old = "echo 'Swift version 5.8 (swift-5.8-RELEASE)'"
    private static let new = "echo \"Apple Swift version 6.3.1 (swift-6.3.1-RELEASE)\"; echo \"got: $*\""

    @Test("OpenStack's client of the same name and an old toolchain are passed over")
    func shadowed() throws {
        let programs = try StandIns()
        let client = try programs.add("client/swift", "echo python-swiftclient 4.6.0")
        let old = try programs.add("old/swift", Self.old)
        try programs.add("old/swiftc", "")
        let new = try programs.add("new/swift", Self.new)
        try programs.add("new/swiftc", "")
        let found = try programs.run("Scripts/swift.sh", ["--bin"], path: [client, old, new])
        #expect(found.output == new + "\n")
        #expect(found.status == 0)
    }

    @Test("what SWIFT_HOME names comes before PATH")
    func home() throws {
        let programs = try StandIns()
        let first = try programs.add("first/swift", Self.new)
        try programs.add("first/swiftc", "")
        let named = try programs.add("named/usr/bin/swift", Self.new)
        try programs.add("named/usr/bin/swiftc", "")
        let home = programs.folder.appending(path: "named").path
        #expect(try programs.run("Scripts/swift.sh", ["--bin"], path: [first], home: home).output == named + "\n")
    }

    @Test("the arguments are handed on, and the toolchain's folder is first in PATH")
    func handedOn() throws {
        let programs = try StandIns()
        let client = try programs.add("client/swift", "echo python-swiftclient 4.6.0")
        let new = try programs.add("new/swift", Self.new + "; command -v swift")
        try programs.add("new/swiftc", "")
        let result = try programs.run("Scripts/swift.sh", ["test", "--filter", "a b"], path: [client, new])
        #expect(result.output.hasSuffix("got: test --filter a b\n\(new)/swift\n"))
    }
}

@Suite("Seeing to Debian's packages")
struct PackagesScriptTests {
    /// Where all packages are there but one, and nobody really installs anything.
    private func machine(missing: String, user: Int, sudo: String) throws -> (StandIns, [String]) {
        let programs = try StandIns()
        let folder = try programs.add(
            "dpkg-query", "for package; do :; done; [ \"$package\" = \(missing) ] && exit 1; printf installed")
        try programs.add("id", "echo \(user)")
        try programs.add("sudo", sudo)
        try programs.add("apt-get", "echo \"apt-get $*\"")
        return (programs, [folder])
    }

    @Test("nothing is said where nothing is missing")
    func complete() throws {
        let (programs, path) = try machine(missing: "none", user: 0, sudo: "exit 1")
        #expect(try programs.run("Scripts/packages.sh", ["build"], path: path) == ("", 0))
    }

    @Test(
        "what is missing is said and installed, directly as root and by sudo otherwise",
        arguments: [(0, "exit 1", ""), (1000, "[ \"$1\" = -n ] || \"$@\"", "sudo ")])
    func installed(user: Int, sudo: String, prefix: String) throws {
        let (programs, path) = try machine(missing: "libzstd-dev", user: user, sudo: sudo)
        let result = try programs.run("Scripts/packages.sh", ["build"], path: path)
        #expect(
            result.output == """
                Missing Debian packages: libzstd-dev
                + \(prefix)apt-get install --yes --no-install-recommends libzstd-dev
                apt-get update -qq
                apt-get install --yes --no-install-recommends libzstd-dev -qq

                """)
        #expect(result.status == 0)
    }

    @Test("where nobody may install, the command is printed and the exit status is 2")
    func refused() throws {
        let (programs, path) = try machine(missing: "libzstd-dev", user: 1000, sudo: "exit 1")
        let result = try programs.run("Scripts/packages.sh", ["build"], path: path)
        #expect(
            result.output == """
                Missing Debian packages: libzstd-dev
                Install them with:
                    apt-get update && apt-get install --yes --no-install-recommends libzstd-dev

                """)
        #expect(result.status == 2)
    }

    @Test("an installation that fails is exit status 2")
    func failed() throws {
        let (programs, path) = try machine(missing: "libzstd-dev", user: 0, sudo: "exit 1")
        try programs.add("apt-get", "exit 100")
        let result = try programs.run("Scripts/packages.sh", ["build"], path: path)
        #expect(result.output.hasSuffix("packages: libzstd-dev could not be installed\n"))
        #expect(result.status == 2)
    }
}
