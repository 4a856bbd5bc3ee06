import Basics
import StackModel

/// What an edge does against too much and against what is broken, as lines of HAProxy.
enum EdgeProtection {
    /// What people read while no replica can serve. Clients are told to come back soon: replicas do.
    static func maintenance(_ edge: Edge) throws(ReportableError) -> String {
        let text = try HAProxyText.word(edge.maintenance ?? "We will be back shortly.", naming: "the maintenance text")
        return "    http-error status 503 content-type \"text/plain; charset=utf-8\" string \(text) hdr Retry-After 5"
    }

    /// Whoever sends more than is allowed is told when to come back. An address that is not heard of for a whole period
    /// is forgotten.
    static func rateLimit(_ limit: RateLimit?) -> [String] {
        guard let limit else { return [] }
        let period = limit.per.milliseconds
        let seconds = max((period + 999) / 1000, 1)
        return [
            "    stick-table type ipv6 size 100k expire \(period)ms store http_req_rate(\(period)ms)",
            "    http-request track-sc0 src",
            "    http-request return status 429 content-type text/plain string \"too many requests\""
                + " hdr Retry-After \(seconds) if { sc_http_req_rate(0) gt \(limit.requests) }",
        ]
    }

    /// For `default-server`: errors that the replica itself answers count, and it gets no request until it is checked.
    static func circuitBreaker(_ breaker: CircuitBreaker?) -> String {
        guard let breaker else { return "" }
        // Its check alone may well succeed at once: it stays out for as long as errors take to go away.
        return " observe layer7 error-limit \(breaker.errors) on-error mark-down downinter 5000ms rise 2"
    }
}
