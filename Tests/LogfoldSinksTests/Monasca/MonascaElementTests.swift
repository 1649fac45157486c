import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("Monasca sink: elements and dimensions")
struct MonascaElementTests {
    /// The element of an event.
    private func element(_ event: String, _ dimensions: [EventDimension] = EventDimension.defaults) -> String {
        var element = MonascaElement(dimensions, tenant: nil)
        var text = ByteBuffer()
        Array(event.utf8).withSpan { _ = element.append($0, ByteRange(0, $0.byteCount), to: &text) }
        return text.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }

    private func dimensions(_ event: String, _ dimensions: [EventDimension]) throws -> JSONValue {
        try #require(JSONValue(element(event, dimensions))?["dimensions"])
    }

    @Test("An event travels whole, with its dimensions in front")
    func whole() {
        let event =
            #"{"@timestamp":"2026-11-22T17:22:07.000Z","message":"m","log":{"level":"error","file":{"path":"/var/log/n.log"}},"#
            + #""event":{"dataset":"openstack.nova"},"service":{"name":"nova-compute"},"http":{"request":{"id":"req-1"}},"#
            + #""host":{"name":"c1"}}"#
        #expect(
            element(event)
                == #"{"dimensions":{"hostname":"c1","service":"nova","component":"nova-compute","log_level":"error","#
                + #""path":"/var/log/n.log","request_id":"req-1"},"# + event.dropFirst())
    }

    @Test("An event that has none of the fields has dimensions all the same")
    func none() {
        #expect(element(#"{"message":""}"#) == #"{"dimensions":{},"message":""}"#)
    }

    @Test(
        "A dataset becomes the service",
        arguments: [("openstack.nova", "nova"), ("mysql.log", "mysql"), ("other", "other"), (".log", ".log")])
    func service(dataset: String, service: String) throws {
        let found = try dimensions(
            #"{"message":"","event":{"dataset":"\#(dataset)"}}"#,
            [EventDimension(name: "service", field: "event.dataset")])
        #expect(found["service"]?.text == service)
    }

    @Test("Numbers and flags become text; an empty text, an object and a list become nothing; a dotted key is a field")
    func kinds() throws {
        let fields = ["process.pid", "a", "b", "c", "d", "labels.team"]
        let found = element(
            #"{"process":{"pid":7},"a":true,"b":"","c":{},"d":["x"],"labels":{"team":"[x"}}"#,
            fields.map { EventDimension(name: $0, field: $0) })
        #expect(found.hasPrefix(#"{"dimensions":{"process.pid":"7","a":"true","labels.team":"[x"},"#))
        let dotted = try dimensions(#"{"log.level":"info"}"#, [EventDimension(name: "l", field: "log.level")])
        #expect(dotted["l"]?.text == "info")
    }

    @Test(
        "A value has 255 Unicode scalars at the most, whatever they are in bytes or escapes",
        arguments: ["a", "ü", "€", "😀", #"\n"#, #"\u001f"#, #"\ud83d\ude00"#])
    func longValue(letter: String) throws {
        let value = String(repeating: letter, count: 300)
        let found = try dimensions(#"{"a":"\#(value)"}"#, [EventDimension(name: "a", field: "a")])
        #expect(found["a"]?.text?.unicodeScalars.count == 255)
        let short = String(repeating: letter, count: 255)
        let whole = try dimensions(#"{"a":"\#(short)"}"#, [EventDimension(name: "a", field: "a")])
        #expect(whole["a"]?.text?.unicodeScalars.count == 255)
    }

    @Test(
        "Names are cleaned by the API's rules",
        arguments: [
            ("region", "region"), ("my team", "my_team"), ("_x", "x"), ("a>b<c={}(),'\";&", "a_b_c__________"),
            ("__ (", ""), ("grün", "grün"), (String(repeating: "é", count: 300), String(repeating: "é", count: 255)),
        ])
    func names(written: String, sent: String) {
        #expect(Dimension.cleaned(name: written) == sent)
    }

    @Test("A number that Python reads as infinite is sent as a text; others are left alone")
    func infinite() {
        let long = String(repeating: "9", count: 5_000)
        let event =
            #"{"message":"1e999","openstack":{"extra":{"a":1e999,"b":[-1.5E400,1e5],"c":12,"d":\#(long)}},"labels":{"n":1e308}}"#
        #expect(
            element(event, [])
                == #"{"dimensions":{},"message":"1e999","openstack":{"extra":{"a":"1e999","b":["-1.5E400",1e5],"c":12,"#
                + #""d":"\#(long)"}},"labels":{"n":1e308}}"#)
    }

    @Test("What is changed in an element is not changed in the dead letter")
    func original() throws {
        let events = [#"{"message":"a"}"#, #"{"message":"b","labels":{"x":1e999}}"#]
        let run = try MonascaSinkRun { _ in .success(TransportAnswer(status: 413)) }
        run.take(events)
        #expect(run.commit() == nil)
        try #require(run.letters.count == events.count)
        for (letter, event) in zip(run.letters, events) { #expect(letter.hasSuffix(#""event":\#(event)}"#)) }
    }
}

@Suite("Monasca sink: events that are too large")
struct OversizedEventTests {
    private func element(_ event: String) throws -> (text: String, json: JSONValue) {
        var element = MonascaElement([], tenant: nil)
        var text = ByteBuffer()
        Array(event.utf8).withSpan { _ = element.append($0, ByteRange(0, $0.byteCount), to: &text) }
        let made = text.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
        return (made, try #require(JSONValue(made)))
    }

    @Test("An event just below the bound is sent as it is")
    func below() throws {
        let event = #"{"message":"\#(String(repeating: "m", count: 899_980))"}"#
        #expect(try element(event).text == #"{"dimensions":{},"# + event.dropFirst())
    }

    @Test(
        "A long message is cut between letters, and how much is gone is said",
        arguments: ["m", "ü", "😀", #"\""#, #"\u0007"#, #"\ud83d\ude00"#])
    func message(letter: String) throws {
        let message = String(repeating: letter, count: 2_000_000 / letter.utf8.count)
        let event =
            #"{"@timestamp":"t","message":"\#(message)","event":{"id":"7","number":-1.5,"a":[true,false,null]}}"#
        let (text, json) = try element(event)
        #expect(text.utf8.count <= 900_000)
        #expect(text.utf8.count > 700_000)
        let cut = try #require(json["message"]?.text)
        #expect(cut.hasSuffix("…"))
        #expect(!cut.contains("\u{FFFD}"))
        #expect(json["event"] == JSONValue(#"{"id":"7","number":-1.5,"a":[true,false,null]}"#))
        let missing = try #require(Int(json["truncated_bytes"]?.text ?? ""))
        #expect(missing > 1_000_000 && missing < 1_300_000)
    }

    @Test("What repeats other fields goes first, where cutting texts is not enough")
    func chain() throws {
        let frames = Array(repeating: #"{"file":"/a.py","line":1,"function":"f"}"#, count: 30_000)
        let event =
            #"{"message":"m","error":{"stack_trace":"\#(String(repeating: "s", count: 200_000))"},"#
            + #""openstack":{"exception":{"root_cause":"E","chain":[{"frames":[\#(frames.joined(separator: ","))]}]}}}"#
        let (text, json) = try element(event)
        #expect(text.utf8.count < 900_000)
        #expect(json["openstack"]?["exception"] == JSONValue(#"{"root_cause":"E"}"#))
        #expect(json["error"]?["stack_trace"]?.text?.utf8.count == 200_000)
    }

    @Test("The blanks that Python puts behind commas and colons count")
    func blanks() throws {
        let frames = Array(repeating: #"{"a":1,"b":2,"c":3}"#, count: 42_000)
        let event = #"{"message":"m","openstack":{"exception":{"chain":[\#(frames.joined(separator: ","))]}}}"#
        #expect(event.utf8.count < 900_000)
        #expect(try element(event).json["openstack"]?["exception"] == JSONValue("{}"))
    }

    @Test("Whatever an event is made of, its element is small enough and JSON")
    func anything() throws {
        let labels = (0..<60_000).map { #""label\#($0)":"value \#($0)""# }.joined(separator: ",")
        let (text, json) = try element(#"{"message":"m","labels":{\#(labels)}}"#)
        #expect(text.utf8.count < 900_000)
        #expect(json["message"]?.text == "m")
        let strange = (0..<60_000).map { #""key\#($0)":"value \#($0)""# }.joined(separator: ",")
        #expect(try element(#"{"message":"m",\#(strange)}"#).text.utf8.count < 200)
    }
}
