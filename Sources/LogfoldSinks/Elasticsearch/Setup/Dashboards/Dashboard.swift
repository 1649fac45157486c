/// What an operator of OpenStack looks for first, as objects for Kibana and OpenSearch Dashboards.
struct Dashboard {
    /// All objects, those that others need first.
    let objects: [SavedObject]

    /// For the data streams or indices of a pattern; `name` begins each id, so that several may stand beside one another.
    init(name: String, pattern: String) {
        let source = SavedObject.pattern("\(name)-events", pattern)
        let parts = Parts(name: name, pattern: source.id)
        let panels = [
            (parts.fingerprints, true), (parts.errors, true), (parts.services, false), (parts.doubts, false),
            (parts.requests, true), (parts.slow, true),
        ]
        let page = SavedObject.dashboard(
            "\(name)-overview", title: "OpenStack by logfold: \(pattern)",
            description:
                "Errors by fingerprint, services by level, requests, slow calls, and what agents had to assume.",
            panels: panels)
        objects = [source] + panels.map(\.0) + [page]
    }

    /// The lines that are imported.
    var text: String { objects.map { $0.line + "\n" }.joined() }
}

/// The panels.
private struct Parts {
    var name: String
    var pattern: String

    var fingerprints: SavedObject {
        histogram(
            "fingerprints", "Errors by fingerprint over time",
            "One colour is one error: its fingerprint is the same for other line numbers, hosts and ids.",
            query: "openstack.exception.fingerprint: *",
            aggregations: [
                .count, .overTime, .terms("3", "openstack.exception.fingerprint", size: 10, schema: "group"),
            ])
    }

    var errors: SavedObject {
        table(
            "errors", "Errors: which, where, since when",
            "The same errors with their type, the services and how often; first and last time seen.",
            query: "openstack.exception.fingerprint: *",
            aggregations: [
                .count, .metric("2", "min", "@timestamp", label: "first"),
                .metric("3", "max", "@timestamp", label: "last"),
                .terms("4", "openstack.exception.fingerprint", size: 20, schema: "bucket"),
                .terms("5", "error.type", size: 1, schema: "bucket"),
                .terms("6", "service.name", size: 5, schema: "bucket"),
            ])
    }

    var services: SavedObject {
        histogram(
            "services", "Services by level", "How much each service logs, and of what.", query: "",
            aggregations: [
                .count, .terms("2", "service.name", size: 25, schema: "segment"),
                .terms("3", "log.level", size: 7, schema: "group"),
            ])
    }

    var doubts: SavedObject {
        table(
            "doubts", "What agents had to assume, cut or found lost",
            "Events with a flag, by host. What sinks have dropped is in the agents' metrics and in logfold status.",
            query: "logfold.flags: *",
            aggregations: [
                .count, .metric("2", "max", "@timestamp", label: "last"),
                .terms("3", "logfold.flags", size: 15, schema: "bucket"),
                .terms("4", "host.name", size: 10, schema: "bucket"),
            ])
    }

    var requests: SavedObject {
        .search(
            "\(name)-requests", title: "A request through all services",
            description: "Filter by trace.id, or http.request.id: one request in the order in which it happened.",
            pattern: pattern, query: "trace.id: *",
            columns: ["trace.id", "service.name", "host.name", "log.level", "log.logger", "message"],
            sort: ("@timestamp", "asc"))
    }

    var slow: SavedObject {
        .search(
            "\(name)-slow", title: "Slow API calls",
            description: "Requests that took a second or more, the longest first.",
            pattern: pattern, query: "event.duration >= 1000000000",
            columns: [
                "event.duration", "service.name", "http.request.method", "url.original", "http.response.status_code",
                "http.request.id",
            ], sort: ("event.duration", "desc"))
    }

    private func histogram(
        _ id: String, _ title: String, _ description: String, query: String, aggregations: [JSONDocument]
    ) -> SavedObject {
        .visualization(
            "\(name)-\(id)", title: title, description: description, pattern: pattern, query: query, kind: "histogram",
            parameters: [
                "type": "histogram", "addTooltip": true, "addLegend": true, "legendPosition": "right",
                "seriesParams": [
                    [
                        "show": true, "type": "histogram", "mode": "stacked", "valueAxis": "ValueAxis-1",
                        "data": ["id": "1", "label": "Count"],
                    ]
                ],
                "categoryAxes": [["id": "CategoryAxis-1", "type": "category", "position": "bottom", "show": true]],
                "valueAxes": [
                    [
                        "id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": "left", "show": true,
                        "scale": ["type": "linear", "mode": "normal"],
                    ]
                ],
            ], aggregations: aggregations)
    }

    private func table(
        _ id: String, _ title: String, _ description: String, query: String, aggregations: [JSONDocument]
    ) -> SavedObject {
        .visualization(
            "\(name)-\(id)", title: title, description: description, pattern: pattern, query: query, kind: "table",
            parameters: ["perPage": 15, "showTotal": false, "showPartialRows": false], aggregations: aggregations)
    }
}

extension JSONDocument {
    /// How many events.
    fileprivate static let count: JSONDocument = [
        "id": "1", "enabled": true, "type": "count", "schema": "metric", "params": .object([]),
    ]

    /// Bars by time.
    fileprivate static let overTime: JSONDocument = [
        "id": "2", "enabled": true, "type": "date_histogram", "schema": "segment",
        "params": ["field": "@timestamp", "interval": "auto", "min_doc_count": 1],
    ]

    /// The values of a field that most events have.
    fileprivate static func terms(_ id: String, _ field: String, size: Int, schema: String) -> JSONDocument {
        [
            "id": .string(id), "enabled": true, "type": "terms", "schema": .string(schema),
            "params": [
                "field": .string(field), "size": .integer(size), "order": "desc", "orderBy": "1", "otherBucket": false,
                "missingBucket": false,
            ],
        ]
    }

    /// A number of a field.
    fileprivate static func metric(_ id: String, _ kind: String, _ field: String, label: String) -> JSONDocument {
        [
            "id": .string(id), "enabled": true, "type": .string(kind), "schema": "metric",
            "params": ["field": .string(field), "customLabel": .string(label)],
        ]
    }
}
