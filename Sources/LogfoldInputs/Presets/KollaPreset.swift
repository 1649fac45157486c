extension Preset {
    /// kolla-ansible: `/var/log/kolla/<project>/<service>.log`, the volume of all containers, linked there on the host.
    ///
    /// The folders of daemons are known; every other folder is taken for a project's, so that no new project is missed.
    static let kolla: Preset = {
        let folder = "/var/log/kolla"
        let daemons = "\(folder)/\(PresetPattern.daemons)/*.log"
        let foreign = PresetPattern.any(of: PresetPattern.foreignFiles)
        return Preset(
            "kolla",
            inputs: [
                .openStack(["\(folder)/*/*.log"], except: [daemons] + PresetPattern.foreignFiles),
                .infrastructure(["\(folder)/{\(PresetPattern.daemons)/*.log,*/\(foreign)}"]),
            ])
    }()
}
