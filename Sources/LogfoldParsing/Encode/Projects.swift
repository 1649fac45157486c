/// Which OpenStack project a logger or a binary belongs to: `event.dataset`.
///
/// Built once; a look-up is one hash and one comparison, and loggers of one project come in runs, so the last answer is
/// kept.
struct Projects: ~Copyable {
    /// Roots of loggers and the beginnings of binaries' names, with the project they stand for (`Docs/schema.md`).
    static let known: [(root: StaticString, project: StaticString)] = [
        ("nova", "nova"), ("placement", "placement"), ("keystone", "keystone"), ("glance", "glance"),
        ("neutron", "neutron"), ("cinder", "cinder"), ("heat", "heat"), ("swift", "swift"), ("horizon", "horizon"),
        ("ceilometer", "ceilometer"), ("aodh", "aodh"), ("gnocchi", "gnocchi"), ("panko", "panko"),
        ("ironic", "ironic"), ("ironic_inspector", "ironic_inspector"), ("ironic_python_agent", "ironic"),
        ("barbican", "barbican"), ("designate", "designate"), ("manila", "manila"), ("magnum", "magnum"),
        ("mistral", "mistral"), ("octavia", "octavia"), ("trove", "trove"), ("zaqar", "zaqar"),
        ("watcher", "watcher"), ("vitrage", "vitrage"), ("tacker", "tacker"), ("cloudkitty", "cloudkitty"),
        ("freezer", "freezer"), ("senlin", "senlin"), ("sahara", "sahara"), ("murano", "murano"),
        ("congress", "congress"), ("karbor", "karbor"), ("solum", "solum"), ("searchlight", "searchlight"),
        ("ec2api", "ec2api"), ("kuryr", "kuryr"), ("zun", "zun"), ("cyborg", "cyborg"), ("blazar", "blazar"),
        ("masakari", "masakari"), ("masakarimonitors", "masakari"), ("monasca", "monasca"),
        ("monasca_api", "monasca"), ("monasca_log_api", "monasca"), ("networking_ovn", "neutron"),
        ("neutron_lib", "neutron"), ("glance_store", "glance"), ("skyline", "skyline"), ("adjutant", "adjutant"),
    ]

    private var slots: [Int16]
    private var lastKey: UInt64 = 0
    private var lastFound = -1

    init() {
        slots = [Int16](repeating: -1, count: 256)
        for (index, entry) in Self.known.enumerated() {
            let length = entry.root.utf8CodeUnitCount
            var key: UInt64 = 0
            entry.root.withUTF8Buffer { text in
                for at in 0..<Swift.min(length, 8) { key |= UInt64(unsafe text[at]) << UInt64(at * 8) }
            }
            var slot = Self.slot(key, length)
            while slots[slot] >= 0 { slot = (slot + 1) & 255 }
            slots[slot] = Int16(index)
        }
    }

    /// Index in ``known`` of the project of a logger's name or a binary's, or nil: by the part before the first `.` or `-`. The span must be
    /// padded.
    @inline(__always)
    mutating func index(_ bytes: RawSpan, _ name: ByteRange) -> Int? {
        var end = name.start
        while end < name.end, bytes[end] != UInt8(ascii: "."), bytes[end] != UInt8(ascii: "-") { end &+= 1 }
        let length = end - name.start
        let word = bytes.u64(name.start)
        let key = length >= 8 ? word : word & (1 << UInt64(length * 8) &- 1)
        // Two roots may share eight letters, so the kept answer is for short ones only.
        if length < 8, key == lastKey { return lastFound < 0 ? nil : lastFound }
        let found = find(bytes, ByteRange(name.start, end), key)
        lastKey = length < 8 ? key : 0
        lastFound = found
        return found < 0 ? nil : found
    }

    private func find(_ bytes: RawSpan, _ root: ByteRange, _ key: UInt64) -> Int {
        guard !root.isEmpty else { return -1 }
        var slot = Self.slot(key, root.count)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if bytes.equal(root, Self.known[index].root) { return index }
            slot = (slot + 1) & 255
        }
        return -1
    }

    private static func slot(_ key: UInt64, _ length: Int) -> Int {
        Int(truncatingIfNeeded: ((key &+ UInt64(length)) &* 0x9e37_79b9_7f4a_7c15) >> 56)
    }
}
