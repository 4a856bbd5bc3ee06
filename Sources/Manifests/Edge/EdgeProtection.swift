import Basics
import StackModel

/// What an edge does against too much and against what is broken, as lines of HAProxy.
enum EdgeProtection {
    /// What people read while no replica can serve. Clients are told to come back soon: replicas do.
    static func maintenance(_ edge: Edge) throws(ReportableError) -> String {
        let said = edge.maintenance ?? "We will be back shortly."
        let text = try HAProxyText.word(said, naming: "the maintenance text", inLines: true)
        return "    http-error status 503 content-type \"text/plain; charset=utf-8\" string \(text) hdr Retry-After 5"
    }

    /// How one client is told from another: an expression of HAProxy, and when it holds.
    struct Client {
        let expression: String
        var condition: String?

        static let sender = Client(expression: "src")
    }

    /// A path that may be read as often as anybody wants, at some hosts, or at all where none is named.
    struct Uncounted {
        let path: String
        let hosts: [String]
    }

    /// Whoever sends more than is allowed is told when to come back. An address that is not heard of for a whole period
    /// is forgotten.
    /// - Parameters:
    ///   - uncounted: all but `/`: whoever balances over several machines asks for them from one address.
    ///   - clients: the first that holds counts.
    ///   - peers: the section by which a new process learns the counts of the one before.
    static func rateLimit(
        _ limit: RateLimit?,
        uncounted: [Uncounted],
        clients: [Client] = [.sender],
        peers: String? = nil
    ) throws(ReportableError) -> [String] {
        guard let limit else { return [] }
        let period = limit.per.milliseconds
        let seconds = max((period + 999) / 1000, 1)
        let free = try uncounted.filter { $0.path != "/" }.map(test)
        let table = "stick-table type ipv6 size 100k expire \(period)ms store http_req_rate(\(period)ms)"
        var lines = ["    \(table)\(peers.map { " peers \($0)" } ?? "")"]
        lines += free.map { "    http-request set-var(txn.free) bool(true) if METH_GET \($0)" }
        for client in clients {
            let conditions = [client.condition, free.isEmpty ? nil : "!{ var(txn.free) -m bool }"].compactMap { $0 }
            let condition = conditions.isEmpty ? "" : " if \(conditions.joined(separator: " "))"
            lines.append("    http-request track-sc0 \(client.expression)\(condition)")
        }
        lines.append(
            "    http-request return status 429 content-type text/plain string \"too many requests\""
                + " hdr Retry-After \(seconds) if { sc_http_req_rate(0) gt \(limit.requests) }"
        )
        return lines
    }

    private static func test(_ uncounted: Uncounted) throws(ReportableError) -> String {
        let path = "{ path -m str -- \(try HAProxyText.word(uncounted.path, naming: "a readiness path")) }"
        var hosts: [String] = []
        for host in uncounted.hosts { hosts.append(try HAProxyText.word(host, naming: "the host of a route")) }
        return hosts.isEmpty ? path : "\(path) { \(EdgeRoutes.host) -m str -- \(hosts.joined(separator: " ")) }"
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
