/// Which daemon writes a log that is not of a service of OpenStack.
enum DaemonPath {
    /// How a daemon's name is found.
    private enum Name {
        /// It is this one, whatever its files are called.
        case fixed(String)
        /// A family of daemons: each names its file.
        case file
    }

    /// By the name of the folder that the file is in.
    private static let names: [String: Name] = [
        "apache2": .fixed("apache"), "ceph": .file, "chrony": .fixed("chrony"), "collectd": .fixed("collectd"),
        "elasticsearch": .fixed("elasticsearch"), "etcd": .fixed("etcd"), "fluentd": .fixed("fluentd"), "frr": .file,
        "grafana": .fixed("grafana"), "hacluster": .file, "haproxy": .fixed("haproxy"), "httpd": .fixed("apache"),
        "influxdb": .fixed("influxdb"), "kafka": .fixed("kafka"), "keepalived": .fixed("keepalived"),
        "kibana": .fixed("kibana"), "letsencrypt": .file, "libvirt": .file, "mariadb": .fixed("mariadb"),
        "memcached": .fixed("memcached"), "mongodb": .fixed("mongodb"), "mysql": .fixed("mysql"),
        "nginx": .fixed("nginx"), "opensearch": .fixed("opensearch"),
        "opensearch-dashboards": .fixed("opensearch-dashboards"), "openvswitch": .file, "ovn": .file,
        "pcsd": .fixed("pcsd"), "pacemaker": .file, "prometheus": .file, "proxysql": .fixed("proxysql"),
        "qdrouterd": .fixed("qdrouterd"), "qemu": .fixed("qemu"), "rabbitmq": .fixed("rabbitmq"),
        "redis": .fixed("redis"), "stdouts": .file, "telegraf": .fixed("telegraf"), "uwsgi": .file,
        "valkey": .fixed("valkey"), "zookeeper": .fixed("zookeeper"),
    ]

    /// The folders of daemons' own logs in every deployment; where others lie depends on the deployment.
    static let folders: [String] = names.keys.filter { !["apache2", "httpd", "qemu", "stdouts", "uwsgi"].contains($0) }
        .sorted()

    /// Daemons that write `/var/log/<name>.log`.
    static let singleFiles = ["haproxy", "keepalived", "memcached"]

    /// The daemon, by the names of the file and of its folder; nil where they are not known.
    static func service(file: String, folder: String) -> String? {
        let base = String(file.prefix { $0 != "." && $0 != "@" })
        switch names[folder] {
        case .fixed(let name): return name
        case .file: return base.isEmpty ? nil : String(base.map { $0 == "_" ? "-" : $0 })
        case nil: return singleFiles.contains(base) ? base : nil
        }
    }
}
