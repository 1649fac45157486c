import LogfoldCore
import LogfoldTransport

/// Where the log API is, and in which version.
struct MonascaAddress {
    /// `https://monasca:8080/v2.0/logs`.
    let url: String
    /// The version that is spoken there.
    let version: MonascaVersion

    /// The address of a configured or found endpoint; `version` counts where it is configured.
    init(_ endpoint: Endpoint, version: MonascaVersion?) throws(SinkFailure) {
        let written = MonascaVersion(endpoint)
        guard let spoken = version ?? written else {
            throw SinkFailure(
                "the address \(endpoint) of Keystone's catalog ends in neither /v2.0 nor /v3.0; set 'api_version'",
                retryAfter: .seconds(30))
        }
        self.version = spoken
        url = endpoint.url + (written == nil ? "/v\(spoken.rawValue)" : "") + "/logs"
    }

    /// The address for the events of a project; nil for the token's own.
    func url(tenant: String?) -> String { tenant.map { "\(url)?\(version.tenantParameter)=\($0)" } ?? url }
}
