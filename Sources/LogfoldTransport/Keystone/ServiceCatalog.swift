import LogfoldParsing

/// The services of a cloud with their addresses, as Keystone sends them with a token.
package struct ServiceCatalog: Sendable, Equatable {
    /// One address of a service.
    struct Entry: Sendable, Equatable {
        /// Such as `logs`.
        var type = ""
        /// `public`, `internal` or `admin`.
        var interface = ""
        var region = ""
        var url = ""
    }

    /// What is looked for in a catalog.
    package struct Query: Sendable, Equatable {
        /// Types of the service, the first that is there counts.
        package var types: [String]
        /// `public`, `internal` or `admin`.
        package var interface = "public"
        /// Nil where there is one only.
        package var region: String?

        /// A look for the first of these types.
        package init(types: [String]) { self.types = types }
    }

    /// Why nothing is found, with the way out.
    struct Missing: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private(set) var entries: [Entry] = []

    /// Nothing yet.
    init() {}

    /// Reads `[{"type":…,"endpoints":[{"interface":…,"region":…,"url":…}]}]`; false where it is none.
    mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        reader.readArray(bytes) { reader, bytes in
            var type = ""
            let first = entries.count
            // The type may stand behind the endpoints.
            defer { for at in first..<entries.count { entries[at].type = type } }
            return reader.readObject(bytes) { key, reader, bytes in
                if bytes.equal(key, "type") { return reader.readText(bytes, into: &type) }
                if bytes.equal(key, "endpoints") { return readEndpoints(&reader, bytes) }
                return reader.skipValue(bytes)
            }
        }
    }

    private mutating func readEndpoints(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        reader.readArray(bytes) { reader, bytes in
            var entry = Entry()
            defer { entries.append(entry) }
            return reader.readObject(bytes) { key, reader, bytes in
                if bytes.equal(key, "interface") { return reader.readText(bytes, into: &entry.interface) }
                if bytes.equal(key, "region") { return reader.readText(bytes, into: &entry.region) }
                if bytes.equal(key, "url") { return reader.readText(bytes, into: &entry.url) }
                return reader.skipValue(bytes)
            }
        }
    }

    /// The one address that is meant.
    func address(_ query: Query) throws(Missing) -> String {
        guard let type = query.types.first(where: { type in entries.contains { $0.type == type } }) else {
            let known = Set(entries.map(\.type)).sorted().joined(separator: ", ")
            throw Missing(
                description: "the catalog has no service of type \(query.types.joined(separator: " or ")), only "
                    + "\(known.isEmpty ? "none at all" : known); set 'keystone.service_type', or give 'endpoint'")
        }
        let ofType = entries.filter { $0.type == type && (query.region == nil || $0.region == query.region) }
        let found = ofType.filter { $0.interface == query.interface }
        guard let first = found.first else {
            let there = entries.filter { $0.type == type }.map { "\($0.interface) in \($0.region)" }
            throw Missing(
                description: "the catalog has no \(query.interface) address of '\(type)'"
                    + (query.region.map { " in the region \($0)" } ?? "")
                    + ", only \(there.joined(separator: ", ")); set 'keystone.interface' and 'keystone.region'")
        }
        let regions = Set(found.map(\.region)).sorted()
        guard regions.count == 1 else {
            throw Missing(
                description:
                    "the catalog has '\(type)' in the regions \(regions.joined(separator: ", ")); choose one by"
                    + " 'keystone.region'")
        }
        return first.url
    }
}
