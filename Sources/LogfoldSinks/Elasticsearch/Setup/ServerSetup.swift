package import LogfoldCore
import LogfoldParsing
package import LogfoldTransport

/// Installs a plan on a server, and says what that has changed. A second run changes nothing.
package final class ServerSetup {
    private let plan: SetupPlan
    private let options: ElasticsearchOptions
    private let transport: any HTTPTransport
    private var number = 0
    /// What was done, a sentence each.
    package private(set) var report: [String] = []

    /// A setup of a plan for the sink of these options.
    package init(_ plan: SetupPlan, _ options: ElasticsearchOptions, _ transport: any HTTPTransport) {
        self.plan = plan
        self.options = options
        self.transport = transport
    }

    /// Installs policy and template. Blocking. A server that is the other one of the two gets nothing.
    package func run() throws(SinkFailure) {
        try checkFlavour()
        let hasPolicy = try installPolicy()
        try installTemplate(hasPolicy)
    }

    // MARK: Which of the two

    private func checkFlavour() throws(SinkFailure) {
        guard let flavour = Self.flavour(try ask(.get, "/")), flavour != options.flavour else { return }
        throw SinkFailure(
            "this server is \(flavour.title); write 'type: \(flavour.rawValue)' for the sink, and"
                + " 'logfold setup \(flavour.rawValue)'")
    }

    /// Which of the two has given an answer, be it a refusal; nil where it does not say.
    static func flavour(_ answer: TransportAnswer) -> ElasticsearchOptions.Flavour? {
        // Elasticsearch says so in each answer since 7.14, OpenSearch in that to `GET /`.
        if answer.headers["x-elastic-product"] == "Elasticsearch" { return .elasticsearch }
        let text = String(decoding: answer.body.filter { $0 > 0x20 }, as: UTF8.self)
        return text.contains(#""distribution":"opensearch""#) ? .opensearch : nil
    }

    // MARK: Policy

    /// Whether the server has the policy afterwards.
    private func installPolicy() throws(SinkFailure) -> Bool {
        guard let policy = plan.policy else {
            if plan.isKeptForWantOfTime {
                report.append(
                    "\(plan.policyTitle): none, since an index without {+%Y.%m.%d} or the like in its name could only be removed"
                        + " whole; old documents are not removed")
            }
            return false
        }
        let known = try ask(.get, plan.policyPath)
        if known.status == 200, String(decoding: known.body, as: UTF8.self).contains(digest(in: policy)) {
            report.append("\(plan.policyTitle) \(plan.name): unchanged")
            return true
        }
        var path = plan.policyPath
        if known.status == 200, let version = Version(known.body) { path += version.query }
        let answer = try ask(.put, path, policy.text())
        switch answer.status {
        case 200..<300:
            report.append("\(plan.policyTitle) \(plan.name): \(known.status == 200 ? "changed" : "made")")
            return true
        case 401, 403: throw refusal("the \(plan.policyTitle)", answer)
        // Distributions without it know no such path, and say so in different ways.
        case 400, 404, 405:
            report.append(
                "\(plan.policyTitle): skipped, this server has none (\(said(answer))); old documents are not removed")
            return false
        default: throw refusal("the \(plan.policyTitle)", answer)
        }
    }

    /// The digest that a document of ours holds.
    private func digest(in document: JSONDocument) -> String {
        let text = document.text()
        guard let found = text.firstRange(of: "digest") else { return text }
        return String(text[found.upperBound...].drop { !$0.isNumber }.prefix { $0.isHexDigit || $0 == "-" })
    }

    /// OpenSearch lets nobody change a policy who does not say which version of it.
    private struct Version {
        var query: String

        init?(_ body: [UInt8]) {
            let numbers = body.withSpan { bytes -> [String: String] in
                var reader = JSONReader(ByteRange(0, bytes.byteCount))
                var numbers: [String: String] = [:]
                guard reader.next(bytes) == .beginObject else { return numbers }
                while case .key(let key) = reader.next(bytes) {
                    let token = reader.next(bytes)
                    if case .number(let range) = token { numbers[bytes.string(key)] = bytes.string(range) }
                    guard reader.skip(token, bytes) else { return numbers }
                }
                return numbers
            }
            guard let sequence = numbers["_seq_no"], let term = numbers["_primary_term"] else { return nil }
            query = "?if_seq_no=\(sequence)&if_primary_term=\(term)"
        }
    }

    // MARK: Template

    private func installTemplate(_ hasPolicy: Bool) throws(SinkFailure) {
        var types = FieldMapping(options.flavour)
        let known = try ask(.get, plan.templatePath)
        let knownText = String(decoding: known.body, as: UTF8.self)
        while true {
            let template = plan.template(types, hasPolicy: hasPolicy)
            if known.status == 200, knownText.contains(digest(in: template)) {
                report += types.substitutions
                report.append("index template \(plan.name) for \(plan.pattern): unchanged")
                return
            }
            let answer = try ask(.put, plan.templatePath, template.text())
            if 200..<300 ~= answer.status {
                report += types.substitutions
                report.append(
                    "index template \(plan.name) for \(plan.pattern): \(known.status == 200 ? "changed" : "made")")
                return
            }
            guard answer.status == 400, let type = Self.unknownType(said(answer)), types.lacks(type) else {
                throw refusal("the index template", answer)
            }
        }
    }

    /// The type of which a server says that it has none: `The mapper type [wildcard] declared on field [x] does not
    /// exist` (Elasticsearch), `No handler for type [flattened] declared on field [x]` (OpenSearch).
    static func unknownType(_ text: String) -> String? {
        for phrase in ["The mapper type [", "No handler for type ["] {
            if let found = text.firstRange(of: phrase) {
                return String(text[found.upperBound...].prefix { $0 != "]" })
            }
        }
        return nil
    }

    // MARK: Requests

    private func refusal(_ what: String, _ answer: TransportAnswer) -> SinkFailure {
        let wayOut =
            switch answer.status {
            case 401: "; correct 'auth'"
            case 403: "; give the user of 'auth' the right to manage index templates and policies, or use --print"
            default: ""
            }
        return SinkFailure("\(what) is refused with \(answer.status): \(said(answer))\(wayOut)")
    }

    private func said(_ answer: TransportAnswer) -> String {
        let text = ServerError(body: answer.body)?.text ?? ""
        return text.isEmpty ? String(decoding: answer.body.prefix(300), as: UTF8.self) : text
    }

    private func ask(
        _ method: TransportRequest.Method, _ path: String, _ body: String = ""
    ) throws(SinkFailure) -> TransportAnswer {
        var last = SinkFailure("there is no endpoint")
        for endpoint in options.endpoints {
            var headers: [(name: String, value: String)] = []
            if !body.isEmpty { headers.append(("Content-Type", "application/json")) }
            if let header = options.authorization.header { headers.append(("Authorization", header)) }
            number += 1
            transport.start(
                TransportRequest(method, endpoint.url + path, headers: headers, body: Array(body.utf8)), number: number)
            guard let result = transport.next(until: nil) else { continue }
            switch result.outcome {
            case .success(let answer): return answer
            case .failure(let failure): last = SinkFailure("\(endpoint) cannot be reached: \(failure)")
            }
        }
        throw last
    }
}
