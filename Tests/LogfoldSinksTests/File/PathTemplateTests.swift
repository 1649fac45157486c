import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

/// The path that a template gives an event.
private func path(_ template: String, _ json: String, time: Int64 = 0, isRotating: Bool = false) throws -> String? {
    var resolver = PathResolver(try PathTemplate(template), isRotating: isRotating)
    let line = Array(json.utf8)
    _ = line.withSpan { resolver.move(to: $0, ByteRange(0, line.count), time: time) }
    return resolver.path
}

@Suite("Path templates")
struct PathTemplateTests {
    @Test(
        "fields and times of the event fill the path",
        arguments: [
            ("/l/a.jsonl", "{}", "/l/a.jsonl"),
            ("/l/{service.name}.jsonl", #"{"service":{"name":"nova-api"}}"#, "/l/nova-api.jsonl"),
            ("/l/{service.name}.jsonl", #"{"service.name":"nova-api"}"#, "/l/nova-api.jsonl"),
            ("/l/{service.name}.jsonl", #"{"service":{"type":"openstack"}}"#, "/l/unknown.jsonl"),
            ("/l/{service.name}.jsonl", #"{"service":"nova"}"#, "/l/unknown.jsonl"),
            ("/l/{service.name}.jsonl", #"{"service":{"name":""}}"#, "/l/unknown.jsonl"),
            ("/l/{service.name}.jsonl", "no event", "/l/unknown.jsonl"),
            ("/l/{event.dataset}/{log.level}", #"{"log":{"level":"info"},"event":{"dataset":"a.b"}}"#, "/l/a.b/info"),
            ("/l/{process.pid}-{labels.x}", #"{"labels":{"x":true},"process":{"pid":12}}"#, "/l/12-true"),
            ("/l/{tags}", #"{"tags":["a","b"]}"#, "/l/unknown"),
            ("/l/{a.b.c}", #"{"a":{"b":{"x":{"c":1},"c":"deep"}}}"#, "/l/deep"),
            ("/l/{a.b.c}", #"{"a":{"b.c":"half"}}"#, "/l/half"),
            ("/l/{a.b}", #"{"a.":{"b":"no"},"a":{"bb":"no"},"ab":"no","a.b":"yes"}"#, "/l/yes"),
        ])
    func values(template: String, event: String, expected: String) throws {
        #expect(try path(template, event) == expected)
    }

    @Test(
        "times are those of the event in UTC",
        arguments: [
            ("{+%Y-%m-%d}", 1_795_368_127_000_000_000, "2026-11-22"),
            ("{+%Y/%j/%H%M}", 1_795_368_127_000_000_000, "2026/326/1722"),
            ("{+%G-W%V}", 1_795_368_127_000_000_000, "2026-W47"),
            ("{+%y%%}", 1_795_368_127_000_000_000, "26%"),
            ("{+%G-W%V %Y}", 1_609_459_200_000_000_000, "2020-W53 2021"),
            ("{+%Y-%m-%dT%H:%M}", -1, "1969-12-31T23:59"),
            ("{+%Y-%m-%d}", Int64.max, "2262-04-11"),
            ("{+%Y-%m-%d}", Int64.min, "1677-09-21"),
        ] as [(String, Int64, String)])
    func times(template: String, time: Int64, expected: String) throws {
        #expect(try path("/l/" + template, "{}", time: time) == "/l/" + expected)
    }

    @Test(
        "no value leads out of its directory or hides a file",
        arguments: [
            ("../../etc/passwd", "_._.__etc_passwd"), ("..", "_."), (".", "_"), ("...", "_._"), ("a..b", "a._b"),
            (".hidden", "_hidden"), ("/", "_"), ("a/b", "a_b"), (#"a\\b"#, "a_b"), ("nova api", "nova api"),
            (#"a\u0000b\n\u007f"#, "a_b__"), (#"\u0085\u202e\ud800"#, "__\u{FFFD}"), ("Zürich-日本", "Zürich-日本"),
            (#"\/etc\/passwd"#, "_etc_passwd"), ("{service.name}", "{service.name}"), ("%Y", "%Y"),
        ])
    func sanitized(value: String, expected: String) throws {
        #expect(try path("/l/{x}", "{\"x\":\"\(value)\"}") == "/l/" + expected)
    }

    @Test("values and names have a longest length, cut between characters", arguments: ["a", "ü", "日", "😀"])
    func lengths(letter: String) throws {
        let long = String(repeating: letter, count: 5_000)
        let single = try #require(try path("/l/{x}", "{\"x\":\"\(long)\"}"))
        #expect((125...128).contains(single.utf8.count - 3) && single.unicodeScalars.allSatisfy { $0 != "\u{FFFD}" })
        let three = try #require(try path("/l/{x}{x}{x}/{x}", "{\"x\":\"\(long)\"}"))
        let names = three.split(separator: "/")
        #expect(names.count == 3 && names.allSatisfy { $0.utf8.count <= 240 })
    }

    @Test(
        "where files are rotated, no event can name an older one",
        arguments: [
            ("/l/{x}", "nova.1", "/l/nova_1"), ("/l/{x}", "nova.10", "/l/nova_10"), ("/l/{x}", "nova.x1", "/l/nova.x1"),
            ("/l/{x}", "7", "/l/7"), ("/l/{x}.jsonl", "nova.1", "/l/nova.1.jsonl"),
        ])
    func rotated(template: String, value: String, expected: String) throws {
        #expect(try path(template, "{\"x\":\"\(value)\"}", isRotating: true) == expected)
        #expect(try path(template, "{\"x\":\"nova.1\"}") == template.replacing("{x}", with: "nova.1"))
    }

    @Test("a path is made anew only when a value or the minute has changed")
    func cache() throws {
        var resolver = PathResolver(try PathTemplate("/l/{s}/{+%H%M}"), isRotating: false)
        let minute: Int64 = 60_000_000_000
        var seen: [String] = []
        for (json, time) in [
            (#"{"s":"a"}"#, 0), (#"{"s":"a","t":1}"#, minute - 1), (#"{"s":"b"}"#, minute - 1), (#"{"s":"b"}"#, minute),
            (#"{"s":"b"}"#, minute * 2 - 1), (#"{}"#, minute), (#"{"s":"unknown"}"#, minute), (#"{"s":"a"}"#, minute),
        ] {
            let line = Array(json.utf8)
            let isNew = line.withSpan { resolver.move(to: $0, ByteRange(0, line.count), time: time) }
            seen.append(isNew ? resolver.path ?? "" : "same")
        }
        #expect(
            seen == ["/l/a/0000", "same", "/l/b/0000", "/l/b/0001", "same", "/l/unknown/0001", "same", "/l/a/0001"])
    }

    @Test(
        "a template that cannot be used says what is wrong and what to write",
        arguments: [
            ("logs/a", "does not begin with '/'"), ("/", "has no file name"), ("/logs/", "has no file name"),
            ("/l/..", "has no file name"), ("/l/../a", "has '..' in it"), ("/l/{service.name", "'{' without its '}'"),
            ("/l/{a{b}}", "'{' without its '}'"), ("/l/a}", "'}' without '{'"), ("/l/{}", "'{}' is no field"),
            ("/l/{a..b}", "'{a..b}' is no field"), ("/l/{service name}", "is no field"), ("/l/{a/b}", "is no field"),
            ("/l/{+%Q}", "'%Q' is no part of a time"), ("/l/{+%}", "'%' is no part of a time"),
            ("/{service.name}", "has no directory before"), ("/l/\u{1B}a", "control character"),
            ("/l/" + String(repeating: "a", count: 1_100), "longer than 1024 bytes"),
        ])
    func problems(template: String, problem: String) {
        let error = #expect(throws: PathTemplate.Problem.self) { try PathTemplate(template) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "no error")")
        #expect(error?.description.contains("; ") == true, "the way out")
    }

    @Test(
        "the base directory is what stands before the first template",
        arguments: [
            ("/var/log/a.jsonl", "/var/log"), ("/var/log/x-{service.name}/a", "/var/log"), ("/a", "/"),
            ("/var/{+%Y}/{s}", "/var"),
        ])
    func base(template: String, directory: String) throws {
        #expect(try PathTemplate(template).baseDirectory == directory)
    }
}

@Suite("Finding fields")
struct FieldFinderTests {
    @Test("every text and number of real events is found where the view over all members has it")
    func agreesWithView() throws {
        let output = EngineOutput(try Fixtures.bytes("corpus/nova/nova-compute-debug.log"))
        var view = EventView()
        var compared = 0
        for number in stride(from: 0, to: output.entries.count, by: 7) {
            let line = Array(output.line(number))
            line.withSpan { span in
                let range = ByteRange(0, span.byteCount - 1)
                let isEvent = view.read(span, range)
                #expect(isEvent)
                for index in view.members.indices {
                    guard case .string(let value) = view.members[index].value, !value.isEmpty else { continue }
                    var finder = FieldFinder(view.path(of: index))
                    let found = finder.find(span, range)
                    let path = view.path(of: index)
                    #expect(found == value, "\(path)")
                    compared += 1
                }
            }
        }
        #expect(compared > 1_000)
    }
}
