extension Preset {
    /// TripleO, Red Hat OpenStack Platform 13 to 17: `/var/log/containers/<project>/<service>.log`, Apache below
    /// `httpd/<service>/`, and what containers print in `stdouts/`, in Podman's format, which is Kubernetes' CRI.
    static let tripleo: Preset = {
        let projects = PresetPattern.projects
        let foreign = PresetPattern.any(of: PresetPattern.foreignFiles)
        let services = ["\(projects)/*.log", "httpd/*/*error{.log,_log}", "stdouts/*.log"]
        let others = [
            "\(PresetPattern.daemons)/*.log", "libvirt/qemu/*.log", "httpd/*/*access{.log,_log}",
            "\(projects)/\(foreign)",
        ]
        return Preset(
            "tripleo",
            inputs: [
                .openStack(
                    ["/var/log/containers/\(PresetPattern.any(of: services))"], except: PresetPattern.foreignFiles),
                // Open vSwitch and libvirt may run on the host.
                .infrastructure([
                    "/var/log/\(PresetPattern.any(of: others.map { "containers/\($0)" } + hostDaemons))"
                ]),
            ])
    }()

    private static let hostDaemons = ["openvswitch/*.log", "ovn/*.log", "libvirt/{,qemu/}*.log"]
}
