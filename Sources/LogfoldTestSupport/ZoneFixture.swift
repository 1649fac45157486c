import Foundation
package import LogfoldCore

/// The zone files in `Fixtures/tz`, so that no test depends on what the machine has installed.
package enum ZoneFixture {
    /// The bytes of a zone's file: `Europe/Paris`.
    package static func bytes(_ zone: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let name = zone.replacing("/", with: "_")
        return [UInt8](try Data(contentsOf: root.appending(path: "Fixtures/tz/\(name)")))
    }

    /// A zone's rules.
    package static func rules(_ zone: String) throws -> TimeZoneRules {
        try TimeZoneRules(tzif: bytes(zone), name: zone)
    }
}
