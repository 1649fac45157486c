import Foundation
import LogfoldIO

/// A topic of a Kafka, read by kcat (Debian's package of that name).
package struct KafkaTopic {
    /// kcat gave no messages.
    package struct Unreadable: Error {
        /// Its exit code.
        package var code: Int32
    }

    private let bootstrap: String
    private let topic: String

    /// A topic of the Kafka at this address.
    package init(_ topic: String, at bootstrap: String) {
        self.topic = topic
        self.bootstrap = bootstrap
    }

    /// The messages that are there now, in the order of each partition; what is no JSON is left out.
    package func messages() throws -> [JSONValue] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["kcat", "-b", bootstrap, "-t", topic, "-C", "-e", "-q", "-o", "beginning"]
        process.standardOutput = output
        try process.run()
        let bytes = [UInt8](try output.fileHandleForReading.readToEnd() ?? Data())
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unreadable(code: process.terminationStatus) }
        return bytes.split(separator: 0x0A).compactMap { JSONValue(Array($0)) }
    }

    /// The messages that `isMeant`, once there are so many or half a minute has passed.
    package func messages(atLeast count: Int, where isMeant: (JSONValue) -> Bool) throws -> [JSONValue] {
        let clock = SystemClock()
        let end = clock.monotonic + 30_000_000_000
        while true {
            let found = try messages().filter(isMeant)
            if found.count >= count || clock.monotonic > end { return found }
        }
    }
}
