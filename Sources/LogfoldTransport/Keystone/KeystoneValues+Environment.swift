import LogfoldConfig

extension KeystoneValues {
    /// Variables of python-openstackclient, the ones that count more last, with the names of `clouds.yaml`.
    private static let variables =
        [
            ("OS_TENANT_NAME", "project_name"), ("OS_TENANT_ID", "project_id"),
            ("OS_ENDPOINT_TYPE", "interface"),
        ] + textNames.map { ("OS_" + $0.uppercased(), $0) }

    /// What the `OS_*` variables say: the layer that an `openrc` file makes.
    init(variablesIn section: ConfigSection) {
        let environment = section.environment
        for (variable, name) in Self.variables {
            guard let text = environment.variable(variable), !text.isEmpty else { continue }
            texts[name] = text
        }
        texts["interface"] = texts["interface"].map(Self.interface)
        for name in Self.secretNames {
            let variable = "OS_" + name.uppercased()
            secrets[name] = try? Secret(reading: { () throws(SecretError) in
                guard let text = environment.variable(variable), !text.isEmpty else {
                    throw SecretError(description: "the environment variable \(variable) is not set; set it")
                }
                return text
            })
        }
    }

    /// `publicURL`, as it was written in the days of v2.0, is `public`.
    static func interface(_ text: String) -> String {
        text.hasSuffix("URL") ? String(text.dropLast("URL".count)) : text
    }
}
