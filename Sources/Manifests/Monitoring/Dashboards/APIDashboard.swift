import Basics
import StackModel

/// Apps: what they do, how well, and with how much.
enum APIDashboard {
    static func make(_ watch: Watch) -> Dashboard? {
        guard !watch.apps.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-api",
            folder: Dashboards.services,
            title: "API overview",
            variables: Dashboards.variables("service", watch.apps.map(\.name)),
            rows: [promise(watch.promise), requests(watch.promise), replicas]
        )
    }

    private static func promise(_ promise: Promise) -> Dashboard.Row {
        Dashboard.Row(title: "What was promised", panels: presence + errors(promise), height: 4)
    }

    private static let presence = [
        Panel(
            title: "Replicas that answer",
            kind: .number,
            width: 6,
            queries: [.init("sum by (job) (up{job=\"$job\"})", "{{job}}")],
            critical: 1,
            isBadWhenLow: true
        ),
        Panel(
            title: "Requests",
            kind: .number,
            unit: "reqps",
            width: 6,
            queries: [.init("job:http_requests:rate5m{job=\"$job\"}", "{{job}}")]
        ),
    ]

    private static func errors(_ promise: Promise) -> [Panel] {
        let errors = { (window: String) in "job:http_request_errors:ratio_rate\(window){job=\"$job\"}" }
        return [
            Panel(
                title: "Errors, last hour",
                kind: .number,
                unit: "percentunit",
                width: 6,
                queries: [.init(errors("1h"), "{{job}}")],
                warning: promise.budget,
                critical: promise.errors.fraction
            ),
            Panel(
                title: "Error budget used per month at this rate",
                kind: .number,
                unit: "percentunit",
                width: 6,
                queries: [.init("\(errors("6h")) / \(Number.text(promise.budget))", "{{job}}")],
                warning: 1,
                critical: 6
            ),
        ]
    }

    private static func requests(_ promise: Promise) -> Dashboard.Row {
        Dashboard.Row(title: "Requests", panels: outcomes(promise) + load)
    }

    private static let rate = "rate(http_requests_total{\(Dashboards.chosen)}[$__rate_interval])"

    private static func outcomes(_ promise: Promise) -> [Panel] {
        let buckets = "rate(http_request_duration_seconds_bucket{\(Dashboards.chosen)}[$__rate_interval])"
        return [
            Panel(
                title: "Requests by status",
                unit: "reqps",
                queries: [.init("sum by (status, code, status_code) (\(rate))", "{{status}}{{code}}{{status_code}}")]
            ),
            Panel(
                title: "Errors",
                unit: "percentunit",
                queries: [.init("job:http_request_errors:ratio_rate5m{job=\"$job\"}", "{{job}}")],
                critical: promise.errors.fraction,
                description: "slo.errors promises less than \(promise.errors)."
            ),
            Panel(
                title: "Latency",
                unit: "s",
                queries: RequestRules.quantiles.map {
                    .init("histogram_quantile(\($0.value), sum by (job, le) (\(buckets)))", $0.name)
                },
                critical: promise.latency.map(\.bound.seconds).max(),
                description: promise.latency.map { "slo.latency promises p\($0.percentile) below \($0.bound)." }
                    .joined(separator: " ")
            ),
        ]
    }

    private static let load = [
        Panel(
            title: "Requests in progress",
            width: 12,
            queries: [.init("sum by (instance) (http_requests_in_progress{\(Dashboards.chosen)})", "{{instance}}")],
            warning: Double(APIRules.inFlight)
        ),
        Panel(
            title: "Requests per replica",
            unit: "reqps",
            width: 12,
            queries: [.init("sum by (instance) (\(rate))", "{{instance}}")]
        ),
    ]

    private static let replicas = Dashboard.Row(
        title: "Replicas",
        panels: [
            Panel(
                title: "Processor time",
                unit: "cores",
                queries: [
                    .init(
                        "sum by (instance) (rate(process_cpu_seconds_total{\(Dashboards.chosen)}[$__rate_interval]))",
                        "{{instance}}"
                    )
                ]
            ),
            Panel(
                title: "Memory",
                unit: "bytes",
                queries: [
                    .init("sum by (instance) (process_resident_memory_bytes{\(Dashboards.chosen)})", "{{instance}}")
                ]
            ),
            Panel(
                title: "Time since start",
                unit: "s",
                queries: [
                    .init(
                        "time() - min by (instance) (process_start_time_seconds{\(Dashboards.chosen)})",
                        "{{instance}}"
                    )
                ]
            ),
        ]
    )
}
