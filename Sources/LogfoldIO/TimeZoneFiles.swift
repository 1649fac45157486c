package import LogfoldCore

/// Finds the rules of a zone by what a user wrote: `local`, `UTC`, `+02:00`, `Europe/Paris` or a POSIX rule.
package struct TimeZoneFiles: Sendable {
    private let fileSystem: any FileSystem
    private let variable: String?
    private let directory: String
    private let localFile: String

    /// The zones of this machine.
    package init(fileSystem: any FileSystem) {
        self.init(
            fileSystem: fileSystem, variable: environmentVariable("TZ"), directory: environmentVariable("TZDIR"))
    }

    /// The zones as the variables `TZ` and `TZDIR` say; `localFile` is the host's own zone.
    package init(
        fileSystem: any FileSystem, variable: String?, directory: String?, localFile: String = "/etc/localtime"
    ) {
        self.fileSystem = fileSystem
        self.variable = variable
        self.directory = directory.flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/share/zoneinfo"
        self.localFile = localFile
    }

    /// The rules of a zone, with the name under which `event.timezone` shows it.
    package func rules(named name: String) throws(TimeZoneLookupError) -> TimeZoneRules {
        switch name {
        case "local": return try local()
        case "UTC", "utc", "Z", "z": return .utc
        default: break
        }
        if let offset = Self.fixedOffset(name) { return TimeZoneRules(fixedOffset: offset, name: name) }
        guard Self.isPlainName(name) else { throw .unusableName(name) }
        return try zone(name, mayInvertSign: false)
    }

    /// `+02:00`, `+0200`, `-3`, less than 24 hours, in seconds.
    private static func fixedOffset(_ text: String) -> Int32? {
        let bytes = Array(text.utf8)
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        var digits = Array(bytes[1...])
        if digits.count == 5, digits[2] == UInt8(ascii: ":") { digits.remove(at: 2) }
        guard [1, 2, 4].contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let number = digits.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
        let (hours, minutes) = digits.count == 4 ? (number / 100, number % 100) : (number, 0)
        guard hours < 24 && minutes < 60 else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Whether a name stays inside the directory of zones.
    private static func isPlainName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return !name.utf8.contains(0) && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    /// The host's zone: the variable `TZ` in all its forms, else `/etc/localtime`, else UTC, as the C library has it.
    private func local() throws(TimeZoneLookupError) -> TimeZoneRules {
        guard let variable else { return try localFileRules() }
        let name = variable.hasPrefix(":") ? String(variable.dropFirst()) : variable
        if name.isEmpty { return .utc }
        if name.hasPrefix("/") {
            guard let bytes = try load(name) else { throw noSuchZone(name) }
            return try parse(bytes, path: name, name: Self.zoneName(ofPath: name))
        }
        guard Self.isPlainName(name) else { throw .unusableName(name) }
        return try zone(name, mayInvertSign: true)
    }

    private func localFileRules() throws(TimeZoneLookupError) -> TimeZoneRules {
        let target = try? fileSystem.target(ofLink: localFile)
        guard let bytes = try load(localFile) else {
            if let target { throw .danglingLocalFile(localFile, target: target) }
            return .utc
        }
        return try parse(bytes, path: localFile, name: Self.zoneName(ofPath: target ?? localFile))
    }

    /// The part of a path behind `zoneinfo/`, which is how links to zone files name the zone, else `local`.
    private static func zoneName(ofPath path: String) -> String {
        let parts = path.split(separator: "/")
        guard let folder = parts.lastIndex(of: "zoneinfo"), folder + 1 < parts.count else { return "local" }
        return parts[(folder + 1)...].joined(separator: "/")
    }

    /// A zone file, else a POSIX rule, else the error for a zone file that does not exist.
    private func zone(_ name: String, mayInvertSign: Bool) throws(TimeZoneLookupError) -> TimeZoneRules {
        let path = directory + "/" + name
        if let bytes = try load(path) { return try parse(bytes, path: path, name: name) }
        // In a rule UTC+2 is two hours west; nobody who writes it as an option means that.
        if !mayInvertSign, ["UTC+", "UTC-", "GMT+", "GMT-"].contains(name.prefix(4).uppercased()) {
            throw .doubtfulSign(name)
        }
        if let rules = try? TimeZoneRules(posix: name) { return rules }
        throw noSuchZone(name)
    }

    private func noSuchZone(_ name: String) -> TimeZoneLookupError {
        let known = knownZones()
        return .noSuchZone(name, suggestions: nearest(to: name, in: known), hasDatabase: !known.isEmpty)
    }

    /// Real zone files have less than 4 KiB; what is much larger is something else.
    private static let largestFile = 256 * 1024

    /// The bytes of a file, or nil where there is none.
    private func load(_ path: String) throws(TimeZoneLookupError) -> [UInt8]? {
        do {
            return try OpenFile(path, in: fileSystem).readAll(limit: Self.largestFile)
        } catch {
            if error.isNotFound { return nil }
            throw .unreadable(error)
        }
    }

    private func parse(_ bytes: [UInt8], path: String, name: String) throws(TimeZoneLookupError) -> TimeZoneRules {
        do {
            return try TimeZoneRules(tzif: bytes, name: name)
        } catch {
            throw .badFile(path, error)
        }
    }
}

// Suggestions are made only for an error message, so they may walk the whole directory.
extension TimeZoneFiles {
    /// The names of all zones that are installed; empty without a database.
    private func knownZones() -> [String] {
        var zones: [String] = []
        var folders = [""]
        while let folder = folders.popLast(), zones.count < 5000 {
            let path = folder.isEmpty ? directory : directory + "/" + folder
            guard let names = try? fileSystem.names(inDirectory: path) else { continue }
            // Zones begin with a capital; `posix`, `right` and the tables beside them do not.
            for name in names where name.first?.isUppercase == true {
                let zone = folder.isEmpty ? name : folder + "/" + name
                let kind = try? fileSystem.status(at: directory + "/" + zone).kind
                if kind == .regular { zones.append(zone) }
                // Zones are at most three words deep; links in a circle are deeper.
                if kind == .directory, zone.count(where: { $0 == "/" }) < 3 { folders.append(zone) }
            }
        }
        return zones.sorted()
    }

    /// Up to three names that differ by a few letters, by case, or by a missing first part.
    private func nearest(to name: String, in zones: [String]) -> [String] {
        let wanted = name.lowercased()
        let close = zones.compactMap { zone -> (zone: String, distance: Int)? in
            let candidate = zone.lowercased()
            if candidate.hasSuffix("/" + wanted) { return (zone, 0) }
            return Spelling.distance(wanted, candidate, limit: 1 + wanted.utf8.count / 6).map { (zone, $0) }
        }
        return close.sorted { ($0.distance, $0.zone) < ($1.distance, $1.zone) }.prefix(3).map(\.zone)
    }
}
