/// What the path of a log file tells of the binary that writes it.
package enum ServicePath {
    /// Projects by the first word of their folders and binaries (guide sections 3 and 4).
    private static let projects: Set<String> = [
        "adjutant", "aodh", "barbican", "blazar", "ceilometer", "cinder", "cloudkitty", "cyborg", "designate",
        "freezer", "glance", "gnocchi", "heat", "horizon", "ironic", "karbor", "keystone", "kuryr", "magnum", "manila",
        "masakari",
        "mistral", "monasca", "murano", "neutron", "nova", "octavia", "panko", "placement", "qinling", "sahara",
        "searchlight", "senlin", "skyline", "solum", "swift", "tacker", "trove", "vitrage", "watcher", "zaqar", "zun",
    ]
    /// What is put behind a binary's name where one service writes several logs.
    private static let kinds = ["-access", "-error", "-uwsgi"]

    /// The binary whose log the file is: `nova-api` for `/var/log/kolla/nova/nova-api.log.1.gz`, `neutron-server` for
    /// `/var/log/containers/neutron/server.log`. Nil where neither file nor folder names a project: of such a log its
    /// lines know better.
    package static func service(of path: String) -> String? {
        let parts = RotationName(path).logicalPath.split(separator: "/")
        guard let file = parts.last, file.hasSuffix(".log") else { return nil }
        var name = String(file.dropLast(4).map { $0 == "_" ? "-" : $0 })
        while let kind = kinds.first(where: { name.hasSuffix($0) }) { name.removeLast(kind.count) }
        guard !name.isEmpty, !projects.contains(firstWord(name)) else { return name.isEmpty ? nil : name }
        let folder = firstWord(parts.dropLast().last.map(String.init) ?? "")
        // RDO and TripleO leave the project's name to the folder.
        return projects.contains(folder) ? "\(folder)-\(name)" : nil
    }

    private static func firstWord(_ name: String) -> String { String(name.prefix { $0 != "-" }) }

    /// A path from the root: two spellings of one file must not give its events two ids.
    package static func absolute(_ path: String, in folder: String) -> String {
        if path.hasPrefix("/") { return path }
        return folder + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }
}
