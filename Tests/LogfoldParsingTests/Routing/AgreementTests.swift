import Foundation
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// The engine answers what it can before an event is written; whoever has only the event's JSON has to come to the same.
@Suite struct AgreementTests {
    private static let conditions = [
        "log.level < info", "log.level <= info", "log.level == warning", "log.level >= error", "log.level != info",
        "log.level exists", "not log.level >= trace", "log.level in [debug, critical]", "log.level == 'rallydebug'",
        "log.level == trace or log.level > info and log.level < critical", "event.severity >= 30",
        "event.severity == 21", "service.name == 'nova-api'", "service.name != \"nova-api\"",
        "service.name in ['cinder-api', 'keystone']", "service.name contains 'neutron'",
        "service.name matches '^(nova|glance)'", "service.name exists", "log.logger exists",
        "log.logger contains 'oslo'", "log.logger == 'oslo_service.service'", "log.logger matches '\\.wsgi\\.'",
        "log.logger not contains '.'", "log.file.path == '/var/log/caf\u{e9}/a \"b\".log'",
        "log.file.path contains '.log'", "log.file.path exists", "message contains 'error'",
        "message matches '(?i)exception|fail'", "message == ''", "http.response.status_code >= 400",
        "http.response.status_code in [200, 204]", "http.request.method == 'GET'", "http.request.id exists",
        "url.original contains '?'", "event.duration > 1e8", "client.ip matches '^10\\.'",
        "error.type exists", "error.type == 'ValueError'", "error.message contains ':'",
        "error.stack_trace matches 'line \\d{3,}'", "openstack.exception.root_cause != 'KeyError'",
        "openstack.project.id exists", "openstack.extra.args.0 exists", "openstack.extra.extra.foo == 'bar'",
        "process.pid > 1000", "process.thread.name contains 'Thread'", "user.id exists and user.name not exists",
        "@timestamp < \"2026-11-23T00:00:00Z\"", "@timestamp >= \"2026-11-22T17:00:00.5Z\"", "log.offset < 10000",
        "logfold.lines > 10", "logfold.flags contains 'continuation_assumed'", "logfold.format exists",
        "labels.x exists", "tags not contains 'a'", "service.type == 'openstack' and log.level == info",
        "log.level == debug or message contains 'a'", "message contains 'a' or log.level == debug",
        "not (log.level == debug and error.type exists)", "log.level == info and not service.name == 'nova-api'",
        "host.name exists", "openstack.instance.id exists or error.type exists",
    ]

    @Test(arguments: TruthPair.all.map(\.log))
    func theEngineAndTheEventAgree(_ log: String) throws {
        let conditions = try Self.conditions.map { try Condition($0) }
        // A path that JSON has to escape, and a service that wins over those the lines name, or none.
        let isNamed = log.utf8.reduce(0, { $0 &+ Int($1) }) % 2 == 0
        let path = isNamed ? log : "/var/log/caf\u{e9}/a \"b\".log"
        let service = isNamed ? "nova-api" : nil
        let bytes = try Self.bytes(log, limit: 150_000)
        var routes = conditions.enumerated().map {
            RoutePlan.Route(name: "\($0)", bit: 1 << UInt64($0), condition: $1)
        }
        routes.append(RoutePlan.Route(name: "all", bit: 1 << 63))
        let all = PlannedRun(bytes, RoutePlan(routes: routes), service: service, path: path)
        var evaluator = ConditionEvaluator(conditions)
        var met = conditions.map { _ in 0 }
        for event in all.events {
            let line = Array(event.line.utf8)
            evaluator.begin()
            for number in conditions.indices {
                let holds = line.withSpan { evaluator.holds(number, $0, ByteRange(0, line.count)) }
                #expect(holds == (event.routes >> UInt64(number) & 1 == 1), "\(conditions[number]) of \(event.line)")
                if holds { met[number] += 1 }
            }
        }
        #expect(all.counts?.routed == met + [all.events.count])
    }

    /// The same where an event that goes nowhere is not even written.
    @Test(arguments: TruthPair.all.map(\.log))
    func whatTheHeadDecidesIsWhatTheEventSays(_ log: String) throws {
        let bytes = try Self.bytes(log, limit: 12_000)
        let all = PlannedRun(bytes, nil)
        for (number, text) in Self.conditions.enumerated() where number % 4 == log.utf8.count % 4 {
            let condition = try Condition(text)
            let met = try all.events.filter { try holds(text, $0.line) }.map(\.line)
            let dropped = PlannedRun(bytes, RoutePlan(.drop(condition)))
            #expect(dropped.events.count == all.events.count - met.count, "\(text)")
            #expect(dropped.counts?.transforms == [met.count])
            #expect(PlannedRun(bytes, RoutePlan(.keep(condition))).events.map(\.line) == met)
            let sent = PlannedRun(bytes, RoutePlan(routes: [.init(name: "s", bit: 1, condition: condition)]))
            #expect(sent.events.map(\.line) == met)
            #expect(sent.counts?.filtered == [all.events.count - met.count])
        }
    }

    private static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)).prefix(limit))
    }

    @Test func theConditionsAreNeitherAlwaysTrueNorNeverAsked() throws {
        var met = Set<String>()
        var missed = Set<String>()
        for pair in TruthPair.all {
            for event in PlannedRun(try Self.bytes(pair.log, limit: 60_000), nil).events.prefix(80) {
                for condition in Self.conditions {
                    if try holds(condition, event.line) { met.insert(condition) } else { missed.insert(condition) }
                }
            }
        }
        #expect(met.count >= Self.conditions.count * 3 / 4, "\(Set(Self.conditions).subtracting(met))")
        #expect(missed.count >= Self.conditions.count - 6, "\(Set(Self.conditions).subtracting(missed))")
    }
}
