import Basics
import StackModel

/// What an edge does against too much and against what is broken, as lines of HAProxy.
enum EdgeProtection {
    /// What people read while no replica can serve. Clients are told to come back soon: replicas do.
    static func maintenance(_ edge: Edge) throws(ReportableError) -> String {
        let text = try HAProxyText.word(edge.maintenance ?? "We will be back shortly.", naming: "the maintenance text")
        return "    http-error status 503 content-type \"text/plain; charset=utf-8\" string \(text) hdr Retry-After 5"
    }

    /// How one client is told from another: an expression of HAProxy, and when it holds.
    struct Client {
        let expression: String
        var condition: String?

        static let sender = Client(expression: "src")
    }

    /// Whoever sends more than is allowed is told when to come back. An address that is not heard of for a whole period
    /// is forgotten.
    /// - Parameters:
    ///   - uncounted: paths that may be read as often as anybody wants, but for `/`: whoever balances over several
    ///     machines asks for them from one address.
    ///   - clients: the first that holds counts.
    ///   - peers: the section by which a new process learns the counts of the one before.
    static func rateLimit(
        _ limit: RateLimit?,
        uncounted: [String],
        clients: [Client] = [.sender],
        peers: String? = nil
    ) throws(ReportableError) -> [String] {
        guard let limit else { return [] }
        let period = limit.per.milliseconds
        let seconds = max((period + 999) / 1000, 1)
        var paths: [String] = []
        for path in uncounted where path != "/" { paths.append(try HAProxyText.word(path, naming: "a readiness path")) }
        let counted: [String?] =
            paths.isEmpty ? [nil] : ["!{ path -m str -- \(paths.joined(separator: " ")) }", "!METH_GET"]
        let table = "stick-table type ipv6 size 100k expire \(period)ms store http_req_rate(\(period)ms)"
        var lines = ["    \(table)\(peers.map { " peers \($0)" } ?? "")"]
        for client in clients {
            let conditions = counted.map { [client.condition, $0].compactMap { $0 }.joined(separator: " ") }
            let condition = conditions == [""] ? "" : " if \(conditions.joined(separator: " || "))"
            lines.append("    http-request track-sc0 \(client.expression)\(condition)")
        }
        lines.append(
            "    http-request return status 429 content-type text/plain string \"too many requests\""
                + " hdr Retry-After \(seconds) if { sc_http_req_rate(0) gt \(limit.requests) }"
        )
        return lines
    }

    /// For `default-server`: errors that the replica itself answers count, and it gets no request until it is checked.
    static func circuitBreaker(_ breaker: CircuitBreaker?) -> String {
        guard let breaker else { return "" }
        // Its check may well succeed all the time. HAProxy repeats it after `fastinter` each time (no other interval counts
        // then), so how often it has to succeed is how long the replica stays out.
        let successes = EdgeTimeouts.broken.milliseconds / EdgeTimeouts.unsure.milliseconds
        return " observe layer7 error-limit \(breaker.errors) on-error mark-down rise \(successes)"
    }
}
