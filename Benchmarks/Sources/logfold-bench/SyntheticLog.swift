/// Writes a log that looks like a busy service's: many short records, one in a hundred with a traceback of 26 to 56
/// lines. The same seed gives the same bytes; for when no recorded file is at hand.
struct SyntheticLog {
    private var state: UInt64
    private var milliseconds: Int64 = 1_494_892_800_000
    private(set) var bytes: [UInt8] = []

    /// A log of at least `size` bytes.
    init(size: Int, seed: UInt64 = 1) {
        state = seed
        bytes.reserveCapacity(size + 8_192)
        while bytes.count < size {
            milliseconds += Int64(random(below: 9))
            if random(below: 100) == 0 { writeTraceback() } else { writeRecord() }
        }
    }

    private static let messages = [
        "10.11.10.1 \"GET /v2/@/servers/detail HTTP/1.1\" status: 200 len: 1893 time: 0.2477829",
        "[instance: @] VM Resumed (Lifecycle Event)",
        "image @ at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): checking",
        "Acquiring lock \"compute_resources\" by \"nova.compute.resource_tracker.ResourceTracker.instance_claim\"",
        "creating Server \"web_7\" Stack \"lab-3\" [@]",
        "Final resource view: name=cp-1.lab phys_ram=64172MB used_ram=512MB phys_disk=15GB used_disk=0GB",
    ]
    private static let loggers = [
        "nova.osapi_compute.wsgi.server", "nova.compute.manager", "nova.virt.libvirt.imagecache",
        "oslo_concurrency.lockutils", "heat.engine.resource", "nova.compute.resource_tracker",
    ]

    private mutating func writeRecord() {
        let kind = random(below: Self.messages.count)
        write(prefix(level: "INFO", logger: Self.loggers[kind]) + context())
        write(Self.messages[kind].replacing("@", with: identifier()) + "\n")
    }

    private mutating func writeTraceback() {
        let lines = prefix(level: "ERROR", logger: "oslo_messaging.rpc.server")
        let text = "oslo_messaging.exceptions.MessagingTimeout: Timed out waiting for a reply to \(identifier())"
        write(lines + context() + "Exception during message handling: " + text + "\n")
        write(lines + "Traceback (most recent call last):\n")
        for frame in 0..<12 + random(below: 16) {
            write(
                lines
                    + "  File \"/usr/lib/python3/dist-packages/nova/compute/manager.py\", line \(100 + frame), in run\n"
            )
            write(lines + "    self.driver.spawn(context, instance, image_meta,\n")
        }
        write(lines + text + "\n" + lines + "\n")
    }

    private mutating func prefix(level: String, logger: String) -> String {
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let (seconds, rest) = (milliseconds / 1_000 % 86_400, milliseconds % 1_000)
        let clock = pad(seconds / 3_600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2)
        return "2017-05-16 \(clock).\(pad(rest, 3)) \(2_000 + random(below: 24)) \(level) \(logger) "
    }

    private mutating func context() -> String {
        "[None req-\(identifier()) 113d3a99c3da401fbd62cc2caa5b96d2 54fadb412c4e40cdbaed9335e4c35a9e - - default default] "
    }

    private mutating func identifier() -> String {
        let (high, low) = (next(), next())
        let digits = Array((hexadecimal(high) + hexadecimal(low)).utf8)
        let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
        return groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func random(below limit: Int) -> Int { Int(next() >> 33) % limit }

    private mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
