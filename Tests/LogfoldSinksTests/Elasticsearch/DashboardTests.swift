import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("logfold setup: dashboards")
struct DashboardTests {
    private let dashboard = Dashboard(name: "logfold-logs-openstack", pattern: "logs-openstack-*")

    /// The objects as they are imported.
    private func objects() throws -> [JSONValue] {
        try dashboard.text.split(separator: "\n").map { try #require(JSONValue(String($0))) }
    }

    /// A text of JSON inside of an object.
    private func inner(_ value: JSONValue?) throws -> JSONValue { try #require(value?.text.flatMap { JSONValue($0) }) }

    @Test("Every object is a line of JSON with an id of its own, and needs only what stands before it")
    func references() throws {
        var known: Set<String> = []
        for object in try objects() {
            let (type, id) = (try #require(object["type"]?.text), try #require(object["id"]?.text))
            #expect(object["attributes"]?["title"]?.text?.isEmpty == false)
            for reference in object["references"]?.elements ?? [] {
                let wanted = "\(reference["type"]?.text ?? "")/\(reference["id"]?.text ?? "")"
                #expect(known.contains(wanted), "\(id) needs \(wanted)")
            }
            #expect(known.insert("\(type)/\(id)").inserted)
        }
        #expect(known.count == 8)
        #expect(known.contains("index-pattern/logfold-logs-openstack-events"))
    }

    @Test("Every name by which an object calls another is among its references")
    func names() throws {
        for object in try objects() {
            let attributes = try #require(object["attributes"])
            let names = (object["references"]?.elements ?? []).compactMap { $0["name"]?.text }
            if object["type"]?.text == "dashboard" {
                let panels = try inner(attributes["panelsJSON"]).elements
                #expect(panels.compactMap { $0["panelRefName"]?.text } == names)
                #expect(Set(panels.compactMap { $0["panelIndex"]?.text }).count == panels.count)
            } else if object["type"]?.text != "index-pattern" {
                let source = try inner(attributes["kibanaSavedObjectMeta"]?["searchSourceJSON"])
                #expect(names == [source["indexRefName"]?.text])
            }
        }
    }

    @Test("Panels do not overlap and leave no one out")
    func panels() throws {
        let page = try #require(try objects().last)
        var taken: Set<[Int]> = []
        for panel in try inner(page["attributes"]?["panelsJSON"]).elements {
            let place = try #require(panel["gridData"])
            let (x, y) = (try #require(place["x"]?.integer), try #require(place["y"]?.integer))
            let (width, height) = (try #require(place["w"]?.integer), try #require(place["h"]?.integer))
            #expect(x + width <= 48)
            for column in x..<x + width {
                for row in y..<y + height { #expect(taken.insert([column, row]).inserted) }
            }
        }
        #expect(page["references"]?.elements.count == 6)
    }

    @Test("Every field is one of the schema, of a type that can be counted by where it is counted")
    func fields() throws {
        let types = Dictionary(uniqueKeysWithValues: SchemaFields.all.map { ($0.path, $0.type) })
        var seen = 0
        for object in try objects() {
            let attributes = try #require(object["attributes"])
            for column in attributes["columns"]?.elements ?? [] {
                #expect(types[column.text ?? ""] != nil, "\(column)")
                seen += 1
            }
            guard object["type"]?.text == "visualization" else { continue }
            let aggregations = try inner(attributes["visState"])["aggs"]?.elements ?? []
            #expect(Set(aggregations.compactMap { $0["id"]?.text }).count == aggregations.count)
            for aggregation in aggregations {
                guard let field = aggregation["params"]?["field"]?.text else { continue }
                #expect([.keyword, .date, .long].contains(types[field]), "\(field)")
                seen += 1
            }
        }
        #expect(seen == 24)
    }
}
