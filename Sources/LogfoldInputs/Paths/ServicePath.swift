/// What the path of a log file tells of the binary that writes it.
package enum ServicePath {
    /// Projects by the first word of their folders and binaries (`Docs/presets.md`).
    static let projects: Set<String> = [
        "adjutant", "aodh", "barbican", "blazar", "ceilometer", "cinder", "cloudkitty", "congress", "cyborg",
        "designate",
        "freezer", "glance", "gnocchi", "heat", "horizon", "ironic", "karbor", "keystone", "kuryr", "magnum", "manila",
        "masakari",
        "mistral", "monasca", "murano", "neutron", "nova", "octavia", "panko", "placement", "qinling", "sahara",
        "searchlight", "senlin", "skyline", "solum", "swift", "tacker", "trove", "vitrage", "watcher", "zaqar", "zun",
    ]
    /// Words behind a binary's name, where a server beside it or in front of it writes a log of its own.
    private static let servers: Set<Substring> = ["access", "apache", "error", "latest", "nginx", "uwsgi", "wsgi"]

    /// The binary whose log the file is: `nova-api` for `/var/log/kolla/nova/nova-api.log.1.gz`, `neutron-server` for
    /// `/var/log/containers/neutron/server.log`, `rabbitmq` for `/var/log/rabbitmq/rabbit@ctl1.log`. Nil where neither
    /// file nor folder is known: of such a log its lines know better.
    package static func service(of path: String) -> String? {
        let parts = RotationName(path).logicalPath.split(separator: "/").map(String.init)
        // Apache's own files in RDO are `access_log` and `error_log`.
        guard let file = parts.last, file.hasSuffix(".log") || file.hasSuffix("_log"), file.utf8.count > 4 else {
            return nil
        }
        let folder = parts.dropLast().last ?? ""
        return binary(String(file.dropLast(4)), folder) ?? DaemonPath.service(file: file, folder: folder)
    }

    /// The binary of a project that a file is named after, in a folder that may be named after the project.
    private static func binary(_ file: String, _ folder: String) -> String? {
        let words = file.split { $0 == "-" || $0 == "_" }
        let name = words.prefix { !servers.contains($0) }.joined(separator: "-")
        if projects.contains(firstWord(name)) { return name }
        guard projects.contains(firstWord(folder)) else { return nil }
        // RDO and TripleO leave the project's name to the folder; Apache's own files there leave all of it.
        return name.isEmpty ? folder : "\(firstWord(folder))-\(name)"
    }

    private static func firstWord(_ name: String) -> String { String(name.prefix { $0 != "-" }) }

    /// A path from the root: two spellings of one file must not give its events two ids.
    package static func absolute(_ path: String, in folder: String) -> String {
        if path.hasPrefix("/") { return path }
        return folder + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }
}
