import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldPipeline

@Suite("The agent's status")
struct StatusTextTests {
    @Test("is one line of JSON with every number by its name")
    func json() {
        let text = StatusJSON.text(.madeUp)
        #expect(text == Self.madeUp.joined() + "\n")
        #expect(JSONValue(text) != nil)
    }

    static let madeUp = [
        #"{"version":"1.2.3","pid":4711,"state":"running","time":"2026-11-22T10:00:00.500Z","started":"2026-11-22T09:00:00.500Z""#,
        #","config_file":"/etc/logfold/logfold.yaml","ready":true,"not_ready":[],"reader_silence_ms":0"#,
        #","reload":{"count":3,"refused":1,"last_result":"taken","last_time":"2026-11-22T09:59:00.500Z","problems":[]}"#,
        #","inputs":[{"name":"nova","read_bytes":1048576,"lines":9000,"events":8000,"lag_bytes":2048"#,
        #","lost_bytes":0,"losses":0,"last_read":"2026-11-22T10:00:00.250Z","over_all_runs":{"bytes":5000000,"lines":45000"#,
        #","events":40000,"left_out_bytes":600,"left_out_lines":50,"left_out_events":37,"lost_bytes":0,"losses":0}"#,
        #","pinned_bytes":0,"problems":[]"#,
        #","sources":[{"path":"/var/log/nova/nova-api.log","position":1000000,"lag_bytes":0,"last_read":"2026-11-22T10:00:00.500Z"}"#,
        #",{"path":"/var/log/nova/nova-compute.log","position":48576,"lag_bytes":2048}]}"#,
        #",{"name":"we\"ird\\\nname","read_bytes":0,"lines":0,"events":0,"lag_bytes":10"#,
        #","lost_bytes":77,"losses":2,"last_loss":"the file was truncated","over_all_runs":{"bytes":0,"lines":0"#,
        #","events":0,"left_out_bytes":0,"left_out_lines":0,"left_out_events":0,"lost_bytes":177,"losses":4}"#,
        #","pinned_bytes":5,"problems":["'/var/log/apache2/*.log' matches no file"]"#,
        #","sources":[{"path":"/var/log/x","position":0,"lag_bytes":10,"problem":"permission denied; add logfold to group adm"}]}]"#,
        #","transforms":[{"name":"drop_debug","dropped_events":11}]"#,
        #","sinks":[{"name":"local","type":"file","emitted_events":7989,"delivered_events":7980,"filtered_events":4,"dropped_events":{}"#,
        #","dead_lettered_events":0,"waiting_events":5,"waiting_bytes":512,"sends":21,"failures":0,"written_bytes":2097152"#,
        #","circuit":"ok"}"#,
        #",{"name":"elastic","type":"elasticsearch","delivered_events":1,"filtered_events":0,"dropped_events":{"spool_full":6000,"too_large":1}"#,
        #","dead_lettered_events":2,"sent_events":1234,"repeated_events":17,"found_at_first_events":19,"failure_stored_events":23"#,
        #","handed_over_events":29,"resent_events":31"#,
        #","waiting_events":1985,"waiting_bytes":20000000"#,
        #","held":{"events":12,"bytes":7000,"since":"2026-11-22T09:50:00.500Z","next_try":"2026-11-22T10:00:30.500Z""#,
        #","reasons":[{"reason":"404 no such index","events":9},{"reason":"403 blocked","events":3}]}"#,
        #","sends":10,"failures":9,"request_limit":3,"written_bytes":0"#,
        #","circuit":"backing_off","last_error":"es1:9200 refused the connection","failing_since":"2026-11-22T09:57:55.500Z","next_try":"2026-11-22T10:00:12.500Z"}]"#,
        #","spool":{"type":"memory","bytes":20971520,"max_bytes":33554432,"oldest_age_ms":125000,"full":false}"#,
        #","positions":{"last_saved":"2026-11-22T09:59:59.500Z"}"#,
        #","engine":{"open_folds":3,"fold_bytes":4096,"fold_max_bytes":8388608,"folded_events":120,"unparsed_events":7,"redacted_events":13,"limited_patterns":2}"#,
        #","process":{"resident_bytes":20000000,"cpu_ms":1234,"open_files":14,"max_open_files":65536}"#,
        #","dropped_log_lines":1}"#,
    ]

    @Test("read back from its JSON is the same")
    func roundTrip() {
        var status = AgentStatus.madeUp
        #expect(StatusJSON.read(Array(StatusJSON.text(status).utf8)) == status)
        status.state = .reloading
        status.readerSilence = 31_000_000_000
        status.reload.lastResult = .refused
        status.reload.problems = ["a.yaml:3:5: unknown key 'x'"]
        status.positions.problem = "no space is left on the device"
        status.spool.isFull = true
        status.spool.type = "disk"
        status.spool.oldestAge = nil
        #expect(StatusJSON.read(Array(StatusJSON.text(status).utf8)) == status)
    }

    @Test("of another version is read as far as it is known")
    func otherVersion() throws {
        let text = #"{"version":"9","pid":7,"new":{"a":[1,2.5e3,null]},"state":"dreaming","sinks":[{"name":"s"},3]}"#
        let status = try #require(StatusJSON.read(Array(text.utf8)))
        #expect(status.version == "9" && status.pid == 7 && status.state == .running)
        #expect(status.sinks.map(\.name) == ["s", ""])
    }

    @Test(
        "is nothing where the answer is no JSON object",
        arguments: ["", "<html>", "[]", "{", #"{"pid":1}x"#, #"{"pid":}"#, String(repeating: "[", count: 10_000)])
    func invalid(text: String) { #expect(StatusJSON.read(Array(text.utf8)) == nil) }

    @Test("with numbers that nobody sends stops no reader")
    func hostileNumbers() throws {
        let extremes = ["9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e999", "-0.5"]
        for number in extremes {
            let text = StatusJSON.text(.madeUp).replacing(#/:\d+/#, with: ":\(number)")
                .replacing("2026-11-22T10", with: "9999-12-31T23")
            let status = try #require(StatusJSON.read(Array(text.utf8)))
            #expect(!status.findings.isEmpty && !status.metrics.isEmpty && !StatusJSON.text(status).isEmpty)
        }
    }
}
