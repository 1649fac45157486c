import LogfoldConfig
import LogfoldIO

/// `clouds.yaml`, with `secure.yaml` over and `clouds-public.yaml` under it, as openstacksdk reads them.
struct CloudsFile {
    /// Why nothing can be had of it, with the way out.
    struct Problem: Error {
        let text: String
    }

    private let environment: ConfigEnvironment
    private let files: any FileSystem
    /// The one file that is meant; nil where it has to be looked for.
    private let path: String?

    init(at path: String?, environment: ConfigEnvironment, files: any FileSystem) {
        self.path = path
        self.environment = environment
        self.files = files
    }

    /// What it says about a cloud.
    func values(of cloud: String) throws(Problem) -> KeystoneValues {
        guard let path = path ?? found("clouds", variable: "OS_CLIENT_CONFIG_FILE") else {
            throw Problem(
                text: "there is no clouds.yaml in \(folders.joined(separator: ", ")); name it by 'clouds_file'")
        }
        let entry = try entry(cloud, below: "clouds", of: path)
        var values = layer(entry, cloud, below: "clouds", of: path)
        if let secure = found("secure", variable: "OS_CLIENT_SECURE_FILE"),
            let entry = try? self.entry(cloud, below: "clouds", of: secure)
        {
            values = layer(entry, cloud, below: "clouds", of: secure).over(values)
        }
        guard let profile = entry.literal("profile") else { return values }
        guard let vendors = found("clouds-public", variable: "OS_CLIENT_VENDOR_FILE") else {
            throw Problem(
                text:
                    "the cloud '\(cloud)' in \(path) has the profile '\(profile)', and there is no clouds-public.yaml;"
                    + " write its auth_url instead")
        }
        let vendor = try self.entry(profile, below: "public-clouds", of: vendors)
        return values.over(layer(vendor, profile, below: "public-clouds", of: vendors))
    }

    // MARK: - Where

    private var folders: [String] {
        let home = environment.variable("XDG_CONFIG_HOME") ?? environment.variable("HOME").map { $0 + "/.config" }
        return [".", home.map { $0 + "/openstack" }, "/etc/openstack"].compactMap { $0 }
    }

    private func found(_ name: String, variable: String) -> String? {
        let named = environment.variable(variable).map { [$0] } ?? []
        let usual = folders.flatMap { ["\($0)/\(name).yaml", "\($0)/\(name).yml", "\($0)/\(name).json"] }
        return (named + usual).first { files.isReadable($0) }
    }

    // MARK: - What

    private func entry(_ name: String, below root: String, of path: String) throws(Problem) -> ConfigSection {
        let content = Configuration.read(path: path, environment: environment)
        let clouds = content.root.section(root)
        if let entry = clouds?.section(name) { return entry }
        if let problem = content.problems.first { throw Problem(text: "\(problem); correct the file") }
        let known = clouds?.keys.sorted().joined(separator: ", ") ?? ""
        throw Problem(
            text: "there is no '\(name)' in \(path), only \(known.isEmpty ? "nothing" : known); name one of them")
    }

    private func layer(
        _ entry: ConfigSection, _ cloud: String, below root: String, of path: String
    ) -> KeystoneValues {
        var values = KeystoneValues()
        let auth = entry.section("auth")
        for name in KeystoneValues.textNames { values.texts[name] = auth?.literal(name) ?? entry.literal(name) }
        for (old, name) in [("tenant_name", "project_name"), ("tenant_id", "project_id")] {
            values.texts[name] = values.texts[name] ?? auth?.literal(old)
        }
        values.texts["interface"] = (values.texts["interface"] ?? entry.literal("endpoint_type"))
            .map(KeystoneValues.interface)
        for name in KeystoneValues.secretNames {
            values.secrets[name] = try? Secret(reading: { [self] () throws(SecretError) in
                guard let text = try? self.entry(cloud, below: root, of: path).section("auth")?.literal(name) else {
                    throw SecretError(description: "\(path) has no '\(name)' for '\(cloud)'; write it there")
                }
                return text
            })
        }
        return values
    }

    /// Whether it says of a cloud that servers are not to be checked, which it may not say for an agent.
    func turnsOffChecks(of cloud: String) -> Bool {
        guard let path = path ?? found("clouds", variable: "OS_CLIENT_CONFIG_FILE"),
            let entry = try? entry(cloud, below: "clouds", of: path)
        else { return false }
        let (verify, insecure) = (entry.literal("verify")?.lowercased(), entry.literal("insecure")?.lowercased())
        return ["false", "no", "off"].contains(verify) || ["true", "yes", "on"].contains(insecure)
    }
}
