package import LogfoldConfig
package import LogfoldIO

extension KeystoneSettings {
    /// Reads `keystone:` of a section; nil where something is wrong, which is noted.
    ///
    /// Without `auth_url` there it is a matter of the environment, as for python-openstackclient: what the section leaves
    /// open comes from the variables `OS_*`, and below these from the cloud in `clouds.yaml` that `cloud` or `OS_CLOUD`
    /// names. `defaultTypes` are the types of the service that is looked for where `needsCatalog`.
    package init?(
        _ parent: ConfigSection, _ files: any FileSystem, defaultTypes: [String], needsCatalog: Bool
    ) {
        guard let section = parent.section("keystone") else {
            parent.problem(
                "'keystone' is missing in \(parent.path); write 'keystone: { auth_url: \"https://ks:5000\", username: …,"
                    + " password: …, project_name: … }', or 'keystone: { cloud: NAME }' for one of clouds.yaml")
            return nil
        }
        let own = KeystoneValues(section)
        let types = section.texts("service_type")
        var transport = TransportSettings(section, files)
        guard let values = own.completed(section, files) else { return nil }
        if !section.has("tls") { transport.tls = Self.tls(values, section, files) ?? TLSSettings(parent, files) }

        guard let authURL = Self.authURL(values, section), let identity = Self.identity(values, section) else {
            return nil
        }
        self.init(authURL: authURL, identity: identity, transport: transport)
        cloudTLS = Self.tls(values, section, files)
        guard needsCatalog else { return }
        var query = ServiceCatalog.Query(types: types.isEmpty ? defaultTypes : types)
        query.interface = values.texts["interface"] ?? query.interface
        query.region = values.texts["region_name"]
        catalog = query
        if case .password = identity.method, identity.project == nil {
            section.problem(
                "a token without a project has no catalog; give 'project_name' or 'project_id', or the sink's 'endpoint'"
            )
        }
    }

    private static func authURL(_ values: KeystoneValues, _ section: ConfigSection) -> Endpoint? {
        guard let text = values.texts["auth_url"] else {
            section.problem(
                "'auth_url' is missing in \(section.path); write 'auth_url: \"https://ks:5000\"', or name a cloud of"
                    + " clouds.yaml by 'cloud'")
            return nil
        }
        do throws(Endpoint.Problem) {
            let url = try Endpoint(text).url
            guard !url.hasSuffix("/v2.0") else {
                section.problem("Keystone has no v2.0 any more; write the address with /v3 or without", at: "auth_url")
                return nil
            }
            return try Endpoint(url.hasSuffix("/v3") ? String(url.dropLast("/v3".count)) : url)
        } catch {
            section.problem("the auth_url is no address: \(error.description)", at: "auth_url")
            return nil
        }
    }

    private static func identity(_ values: KeystoneValues, _ section: ConfigSection) -> KeystoneIdentity? {
        do throws(KeystoneValues.Problem) {
            return try values.identity()
        } catch {
            section.problem(error.text)
            return nil
        }
    }

    /// What the cloud says about TLS; nil where it says nothing.
    private static func tls(
        _ values: KeystoneValues, _ section: ConfigSection, _ files: any FileSystem
    ) -> TLSSettings? {
        let names = ["cacert", "cert", "key"]
        guard names.contains(where: { values.texts[$0] != nil }) else { return nil }
        for name in names {
            guard let path = values.texts[name], !files.isReadable(path) else { continue }
            section.problem(
                "the file '\(path)' that the cloud names as \(name) cannot be read; correct its path, or let the user of"
                    + " logfold read it")
        }
        var tls = TLSSettings()
        (tls.ca, tls.certificate, tls.key) = (values.texts["cacert"], values.texts["cert"], values.texts["key"])
        return tls
    }
}

extension KeystoneValues {
    /// What the section itself says.
    fileprivate init(_ section: ConfigSection) {
        // TLS has a section of its own there, and the type of identity shows.
        let names = Self.textNames.filter { !["auth_type", "region_name", "cacert", "cert", "key"].contains($0) }
        for name in names { texts[name] = section.text(name) }
        texts["region_name"] = section.text("region")
        texts["interface"] = section.optionalChoice("interface", of: Interface.self)?.rawValue
        for name in Self.secretNames { secrets[name] = section.secret(name) }
        if secrets["password"] != nil, secrets["application_credential_secret"] != nil {
            section.problem(
                "'password' and 'application_credential_secret' are two ways to be let in; leave one of them out",
                at: "application_credential_secret")
        }
        if secrets["application_credential_secret"] != nil, texts["project_id"] ?? texts["project_name"] != nil {
            section.problem(
                "an application credential belongs to a project already; remove 'project_id' and 'project_name'",
                at: section.has("project_id") ? "project_id" : "project_name")
        }
    }

    private enum Interface: String, CaseIterable {
        case `public`, `internal`, admin
    }

    /// With the environment below it, where it needs that; nil where the cloud it names cannot be had.
    fileprivate func completed(_ section: ConfigSection, _ files: any FileSystem) -> KeystoneValues? {
        let (named, path) = (section.text("cloud"), section.text("clouds_file"))
        guard texts["auth_url"] == nil else {
            for key in ["cloud", "clouds_file"] where section.has(key) {
                section.problem(
                    "'\(key)' is for what 'auth_url' leaves to clouds.yaml; leave one of them out", at: key)
            }
            return self
        }
        let values = over(KeystoneValues(variablesIn: section))
        guard let cloud = named ?? section.environment.variable("OS_CLOUD"), !cloud.isEmpty else { return values }
        let clouds = CloudsFile(at: path, environment: section.environment, files: files)
        do throws(CloudsFile.Problem) {
            let below = try clouds.values(of: cloud)
            if clouds.turnsOffChecks(of: cloud), !section.has("tls") {
                section.problem(
                    "the cloud '\(cloud)' turns the check of certificates off, which an agent does not take over; give"
                        + " 'cacert' there, or 'tls' here", at: "cloud")
            }
            return values.over(below)
        } catch {
            section.problem(error.text, at: "cloud")
            return nil
        }
    }
}
