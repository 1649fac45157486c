/// Where Keystone is, and what is wanted of it.
package struct KeystoneSettings: Sendable {
    /// Its address without the version: `https://ks:5000`.
    package var authURL: Endpoint
    /// Who asks.
    package var identity: KeystoneIdentity
    /// How it is connected to.
    package var transport: TransportSettings
    /// The service to look for; nil where its address is known.
    package var catalog: ServiceCatalog.Query?
    /// What the cloud of the environment says about TLS, for its other services too; nil where it says nothing.
    package var cloudTLS: TLSSettings?

    /// Settings without a look into the catalog.
    package init(authURL: Endpoint, identity: KeystoneIdentity, transport: TransportSettings) {
        self.authURL = authURL
        self.identity = identity
        self.transport = transport
    }

    /// What an operator should know before it runs, a sentence each.
    package var warnings: [String] {
        var warnings = transport.tls.warnings.map { "keystone: \($0)" }
        if !authURL.isEncrypted {
            warnings.append("keystone.auth_url is http://: the secret goes over the network as it is; use https://")
        }
        return warnings
    }
}
