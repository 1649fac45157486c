/// What is served, by path.
enum ControlPages {
    private static let pages: [(path: String, help: String, make: @Sendable (AgentStatus) -> HTTPResponse)] = [
        (
            "/metrics", "counters for Prometheus",
            { HTTPResponse(contentType: MetricsText.contentType, body: $0.metrics) }
        ),
        (
            "/status", "everything, as JSON",
            { HTTPResponse(contentType: "application/json", body: StatusJSON.text($0)) }
        ),
        (
            "/healthz", "200 while the agent lives",
            { status in status.sickness.map { .plain(.unavailable, $0) } ?? .plain(.ok, "ok") }
        ),
        (
            "/readyz", "200 while the agent does its work",
            { status in
                let reasons = status.unreadiness
                return reasons.isEmpty ? .plain(.ok, "ok") : .plain(.unavailable, reasons.joined(separator: "\n"))
            }
        ),
    ]

    /// The answer to a request. The status is asked for only where it is needed.
    static func answer(_ request: HTTPRequest, _ status: () -> AgentStatus) -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            var refusal = HTTPResponse.plain(.methodNotAllowed, "only GET and HEAD are answered")
            refusal.headers = [("Allow", "GET, HEAD")]
            return refusal
        }
        if let page = pages.first(where: { $0.path == request.path }) { return page.make(status()) }
        let list = pages.map { "\($0.path)  \($0.help)" }.joined(separator: "\n")
        return request.path == "/" ? .plain(.ok, list) : .plain(.notFound, "there is nothing here; there are\n\(list)")
    }
}
