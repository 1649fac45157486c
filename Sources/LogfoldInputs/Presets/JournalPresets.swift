extension Preset {
    /// devstack: each service is a unit that prints to the journal.
    static let devstack = Preset("devstack", units: ["devstack@*"])

    /// openstack-ansible: units are called like the services' binaries, on the host and in its containers.
    static let osa = Preset(
        "osa", units: ServicePath.projects.sorted().filter { $0 != "swift" }.map { "\($0)*" } + ["swift-*"])
}
