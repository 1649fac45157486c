extension Preset {
    /// Packages of Debian and Ubuntu, charms: `/var/log/<project>/<binary>.log`; APIs under Apache log to
    /// `/var/log/apache2/<service>_error.log`.
    static let debian = distribution("debian", apache: "apache2", accessLogs: ["*access.log"], errorLogs: "*error.log")

    /// Packages of RDO, packstack: `/var/log/<project>/<service>.log`, in some projects without the project's name;
    /// Apache is called httpd, and its own files are `access_log` and `error_log`.
    static let rdo = distribution(
        "rdo", apache: "httpd", accessLogs: ["*access.log", "*access_log"], errorLogs: "*error{.log,_log}")

    /// Beside the projects there are many folders in `/var/log`, so all that is read is named.
    private static func distribution(
        _ name: String, apache: String, accessLogs: [String], errorLogs: String
    ) -> Preset {
        let projects = "\(PresetPattern.projects)/"
        let foreign = PresetPattern.any(of: PresetPattern.foreignFiles)
        // Apache's error logs are of the services: mod_wsgi puts what they print there.
        let services = ["\(projects)*.log", "\(apache)/\(errorLogs)"]
        let others = [
            "\(PresetPattern.daemons)/*.log", "libvirt/qemu/*.log", "uwsgi/{,app/}*.log",
            "\(PresetPattern.any(of: DaemonPath.singleFiles)).log", "\(projects)\(foreign)",
        ]
        return Preset(
            name,
            inputs: [
                .openStack(["/var/log/\(PresetPattern.any(of: services))"], except: PresetPattern.foreignFiles),
                .infrastructure(
                    ["/var/log/\(PresetPattern.any(of: others + accessLogs.map { "\(apache)/\($0)" }))"],
                    except: ["/var/log/\(apache)/\(errorLogs)"]),
            ])
    }
}
