package import LogfoldTransport

/// What a sink to Elasticsearch or OpenSearch is to do; `Docs/sinks/elasticsearch.md` has the table.
package struct ElasticsearchOptions: Sendable {
    /// The two differ in how one is let in; all else is the same.
    package enum Flavour: String, Sendable {
        case elasticsearch
        case opensearch

        /// Its name for people.
        var title: String { self == .elasticsearch ? "Elasticsearch" : "OpenSearch" }
    }

    /// Which of the two.
    package var flavour: Flavour
    /// Where the servers are, one at least.
    package var endpoints: [Endpoint]
    /// How they are talked to.
    package var transport = TransportSettings()
    /// What is shown to them.
    package var authorization = Authorization.none
    /// The name of the data stream or index of an event.
    package var index: EventTemplate
    /// Whether that is a data stream.
    package var isDataStream = true
    /// Whether `event.id` is the `_id` of the document.
    package var usesEventID = true
    /// The level of gzip; nil where bodies are not compressed.
    package var compressionLevel: Int? = 1
    /// Bytes of a request at the most, before compression; an event that alone is larger goes alone.
    package var requestBytes = 2 << 20
    /// Events of a request at the most.
    package var requestEvents = 5_000
    /// Requests in flight at the most.
    package var requestsInFlight = 4
    /// How long an event may wait for others.
    package var flush = Duration.seconds(1)
    /// What is done with events that are refused.
    package var refusals = RefusalOptions()

    /// The defaults.
    package init(_ flavour: Flavour, endpoints: [Endpoint], index: EventTemplate) {
        self.flavour = flavour
        self.endpoints = endpoints
        self.index = index
    }

    /// The data stream of servers that follow the naming scheme `type-dataset-namespace`.
    package static let defaultDataStream = "logs-openstack-default"

    /// Bytes of memory that a sink holds at the most: what is taken and one batch more, and a compressed body for each
    /// request in flight. What a buffer has of room beyond that was never touched.
    package var memoryBound: Int {
        let taken = requestBytes * requestsInFlight + (6 << 20)
        return taken + requestBytes * requestsInFlight + refusals.memoryBound
    }

    /// What an operator should know before it runs, a sentence each.
    package var warnings: [String] {
        var warnings = transport.tls.warnings
        if case .none = authorization {
        } else if endpoints.contains(where: { !$0.isEncrypted }) {
            warnings.append(
                "an endpoint is http:// and 'auth' is set: the password or key goes over the network as it is; use"
                    + " https://")
        }
        if !usesEventID {
            warnings.append(
                "event_id is off: an event that is sent again, as after a lost answer, is there twice")
        }
        return warnings
    }
}
