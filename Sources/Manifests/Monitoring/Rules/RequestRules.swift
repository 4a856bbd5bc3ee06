import StackModel

/// The figures that the alerts and dashboards of apps are made from, recorded once for all of them.
enum RequestRules {
    static let quantiles = [(name: "p50", value: 0.5), (name: "p95", value: 0.95), (name: "p99", value: 0.99)]

    static func group(_ watch: Watch) -> RuleGroup {
        let jobs = "job=~\"\(watch.apps.pattern)\""
        let atEdges = watch.countedAtEdges
        let own = rates(jobs) + ratios("job", jobs) + latencies(jobs)
        return RuleGroup(
            name: "requests",
            about: [
                "What apps did: requests, errors among them (5xx), and how long they took. With `proxy:`, as their edge"
                    + " answered their clients."
            ],
            rules: watch.apps.isEmpty
                ? []
                : own + (atEdges.isEmpty ? [] : rates(of: atEdges, watch.edges) + ratios("proxy", proxies(atEdges)))
        )
    }

    /// Frameworks call the label of the status `status`, `code` or `status_code`: each series has one of them.
    /// An app that has never failed has no series of failures; that is a rate of zero, not an unknown one.
    private static func rates(_ jobs: String) -> [RuleGroup.Rule] {
        let failed = ["status", "code", "status_code"].map { "rate(http_requests_total{\(jobs),\($0)=~\"5..\"}[5m])" }
        return [
            .record("job:http_requests:rate5m", "sum by (job) (rate(http_requests_total{\(jobs)}[5m]))"),
            .record(
                "job:http_request_errors:rate5m",
                "sum by (job) (\(failed.joined(separator: " or "))) or 0 * job:http_requests:rate5m{\(jobs)}"
            ),
        ]
    }

    /// As clients see it: what the edge answers by itself, with no replica left, is among the errors.
    private static func rates(of apps: [Service], _ edges: [Service]) -> [RuleGroup.Rule] {
        let answers = { (code: String) in
            "sum by (proxy) (rate(haproxy_backend_http_responses_total{job=~\"\(edges.pattern)\",\(proxies(apps))\(code)}[5m]))"
        }
        return [
            .record("proxy:http_requests:rate5m", answers("")),
            .record("proxy:http_request_errors:rate5m", answers(",code=\"5xx\"")),
        ]
    }

    private static func proxies(_ apps: [Service]) -> String { "proxy=~\"\(apps.pattern)\"" }

    /// Long windows are averaged from the short one, which costs little and gives the same ratio.
    private static func ratios(_ level: String, _ selected: String) -> [RuleGroup.Rule] {
        let failed = "\(level):http_request_errors:rate5m{\(selected)}"
        let all = "\(level):http_requests:rate5m{\(selected)}"
        let short = RuleGroup.Rule.record(
            "\(level):http_request_errors:ratio_rate5m",
            "sum by (\(level)) (\(failed)) / sum by (\(level)) (\(all))"
        )
        return [short]
            + ["30m", "1h", "6h", "3d"].map { window in
                .record(
                    "\(level):http_request_errors:ratio_rate\(window)",
                    "sum by (\(level)) (avg_over_time(\(failed)[\(window)]))"
                        + " / sum by (\(level)) (avg_over_time(\(all)[\(window)]))"
                )
            }
    }

    private static func latencies(_ jobs: String) -> [RuleGroup.Rule] {
        quantiles.map { quantile in
            .record(
                "job:http_request_duration_seconds:\(quantile.name)_rate5m",
                "histogram_quantile(\(quantile.value), "
                    + "sum by (job, le) (rate(http_request_duration_seconds_bucket{\(jobs)}[5m])))"
            )
        }
    }
}
