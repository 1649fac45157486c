import LogfoldIO

/// An object that Kibana and OpenSearch Dashboards import, in the form of 7.10, which both still read: a line of JSON for
/// each, with texts of JSON inside.
struct SavedObject {
    /// `index-pattern`, `search`, `visualization` or `dashboard`.
    var type: String
    var id: String
    var attributes: [(name: String, value: JSONDocument)]
    var references: [Reference] = []

    /// Another object that this one needs, by the name that it is called here.
    struct Reference {
        var name: String
        var type: String
        var id: String
    }

    /// The object on one line.
    var line: String {
        let list = references.map { reference -> JSONDocument in
            ["name": .string(reference.name), "type": .string(reference.type), "id": .string(reference.id)]
        }
        let object: JSONDocument = [
            "id": .string(id), "type": .string(type), "attributes": .object(attributes), "references": .array(list),
        ]
        return object.line
    }
}

// MARK: - Kinds

extension SavedObject {
    /// The reference by which what shows events names the pattern that they come from.
    private static let source = "kibanaSavedObjectMeta.searchSourceJSON.index"

    /// The data streams or indices.
    static func pattern(_ id: String, _ pattern: String) -> SavedObject {
        let formats: JSONDocument = [
            "event.duration": [
                "id": "duration",
                "params": ["inputFormat": "nanoseconds", "outputFormat": "asMilliseconds", "outputPrecision": 1],
            ]
        ]
        return SavedObject(
            type: "index-pattern", id: id,
            attributes: [
                ("title", .string(pattern)), ("timeFieldName", "@timestamp"), ("fieldFormatMap", .string(formats.line)),
            ])
    }

    /// A list of events with these columns.
    static func search(
        _ id: String, title: String, description: String, pattern: String, query: String, columns: [String],
        sort: (field: String, order: String)
    ) -> SavedObject {
        SavedObject(
            type: "search", id: id,
            attributes: [
                ("title", .string(title)), ("description", .string(description)),
                ("columns", .array(columns.map(JSONDocument.string))),
                ("sort", [[.string(sort.field), .string(sort.order)]]), searchSource(query),
            ],
            references: [Reference(name: source, type: "index-pattern", id: pattern)])
    }

    /// A picture of numbers; `aggregations` are in the form of `visState`.
    static func visualization(
        _ id: String, title: String, description: String, pattern: String, query: String, kind: String,
        parameters: JSONDocument, aggregations: [JSONDocument]
    ) -> SavedObject {
        let state: JSONDocument = [
            "title": .string(title), "type": .string(kind), "params": parameters, "aggs": .array(aggregations),
        ]
        return SavedObject(
            type: "visualization", id: id,
            attributes: [
                ("title", .string(title)), ("description", .string(description)), ("visState", .string(state.line)),
                ("uiStateJSON", "{}"), ("version", 1), searchSource(query),
            ],
            references: [Reference(name: source, type: "index-pattern", id: pattern)])
    }

    /// All of them on one page: each half or all of its width, in their order.
    static func dashboard(
        _ id: String, title: String, description: String, panels: [(object: SavedObject, isWide: Bool)]
    ) -> SavedObject {
        var (x, y) = (0, 0)
        var places: [JSONDocument] = []
        for (number, panel) in panels.enumerated() {
            let width = panel.isWide ? 48 : 24
            if x + width > 48 { (x, y) = (0, y + 15) }
            let index = "\(number + 1)"
            places.append([
                "version": "7.10.0", "panelIndex": .string(index), "panelRefName": .string("panel_\(number)"),
                "embeddableConfig": .object([]),
                "gridData": [
                    "x": .integer(x), "y": .integer(y), "w": .integer(width), "h": 15, "i": .string(index),
                ],
            ])
            x += width
        }
        let source: JSONDocument = ["query": ["query": "", "language": "kuery"], "filter": .array([])]
        return SavedObject(
            type: "dashboard", id: id,
            attributes: [
                ("title", .string(title)), ("description", .string(description)), ("hits", 0), ("version", 1),
                ("panelsJSON", .string(JSONDocument.array(places).line)),
                ("optionsJSON", .string((["useMargins": true, "hidePanelTitles": false] as JSONDocument).line)),
                ("timeRestore", true), ("timeFrom", "now-24h"), ("timeTo", "now"),
                ("kibanaSavedObjectMeta", ["searchSourceJSON": .string(source.line)]),
            ],
            references: panels.enumerated().map { number, panel in
                Reference(name: "panel_\(number)", type: panel.object.type, id: panel.object.id)
            })
    }

    private static func searchSource(_ query: String) -> (name: String, value: JSONDocument) {
        let text: JSONDocument = [
            "query": ["query": .string(query), "language": "kuery"], "filter": .array([]),
            "indexRefName": .string(source),
        ]
        return ("kibanaSavedObjectMeta", ["searchSourceJSON": .string(text.line)])
    }
}
