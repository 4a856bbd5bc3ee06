/// The figures that the alerts and dashboards of apps are made from, recorded once for all of them.
enum RequestRules {
    static let quantiles = [(name: "p50", value: 0.5), (name: "p95", value: 0.95), (name: "p99", value: 0.99)]

    static func group(_ watch: Watch) -> RuleGroup {
        let jobs = "job=~\"\(watch.apps.pattern)\""
        return RuleGroup(
            name: "requests",
            about: ["What apps did: requests, errors among them (5xx), and how long they took."],
            rules: watch.apps.isEmpty ? [] : rates(jobs) + ratios(jobs) + latencies(jobs)
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

    /// Long windows are averaged from the short one, which costs little and gives the same ratio.
    private static func ratios(_ jobs: String) -> [RuleGroup.Rule] {
        let (failed, all) = ("job:http_request_errors:rate5m{\(jobs)}", "job:http_requests:rate5m{\(jobs)}")
        let short = RuleGroup.Rule.record(
            "job:http_request_errors:ratio_rate5m",
            "sum by (job) (\(failed)) / sum by (job) (\(all))"
        )
        return [short]
            + ["30m", "1h", "6h", "3d"].map { window in
                .record(
                    "job:http_request_errors:ratio_rate\(window)",
                    "sum by (job) (avg_over_time(\(failed)[\(window)])) / sum by (job) (avg_over_time(\(all)[\(window)]))"
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
