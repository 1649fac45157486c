import Glibc
package import LogfoldIO

/// What events say of the machine and of the program: always by the agent, by the filter with `--source-fields`.
package struct HostFacts: Sendable {
    /// `host.name`.
    package let name: String
    /// What tells this host from all others in event ids: the machine id and the name.
    package let identity: [UInt8]
    /// `ecs.version` and `agent.*`, as JSON members.
    package let members: [UInt8]
    /// The folder that relative paths lie in.
    package let folder: String
    /// The program's version.
    package let version: String

    /// The version of the Elastic Common Schema that the names are taken from.
    private static let ecsVersion = "9.4.0"

    /// Asks the machine; `version` is that of the program.
    package init(version: String, in files: any FileSystem) {
        self.version = version
        name = Self.hostName()
        folder = (try? files.target(ofLink: "/proc/self/cwd")) ?? ""
        let machine = (try? OpenFile("/etc/machine-id", in: files).readAll(limit: 64)) ?? []
        identity = machine.filter { $0 > 0x20 } + Array(name.utf8)
        members = Array(
            ",\"ecs\":{\"version\":\"\(Self.ecsVersion)\"},\"agent\":{\"type\":\"logfold\",\"version\":\"\(version)\"}"
                .utf8)
    }

    private static func hostName() -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
