import StackModel

/// The edge, by HAProxy's own figures.
enum EdgeDashboard {
    private static let chosen = Dashboards.chosen
    private static let interval = "[$__rate_interval]"

    static func make(_ watch: Watch) -> Dashboard? {
        guard !watch.edges.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-edge",
            folder: Dashboards.services,
            title: "Edge",
            variables: Dashboards.variables("edge", watch.edges.map(\.name)),
            rows: [clients, backends]
        )
    }

    private static let clients = Dashboard.Row(
        title: "Clients",
        panels: [
            Panel(
                title: "Requests",
                unit: "reqps",
                queries: [
                    .init(
                        "sum by (proxy) (rate(haproxy_frontend_http_requests_total{\(chosen)}\(interval)))",
                        "{{proxy}}"
                    )
                ]
            ),
            Panel(
                title: "Answers by status",
                unit: "reqps",
                queries: [
                    .init(
                        "sum by (code) (rate(haproxy_frontend_http_responses_total{\(chosen)}\(interval)))",
                        "{{code}}"
                    )
                ]
            ),
            Panel(
                title: "Connections taken",
                unit: "percentunit",
                queries: [
                    .init(
                        "sum by (instance) (haproxy_process_current_connections{\(chosen)})"
                            + " / sum by (instance) (haproxy_process_max_connections{\(chosen)})",
                        "{{instance}}"
                    )
                ],
                warning: 0.8
            ),
            Panel(
                title: "Traffic",
                unit: "Bps",
                width: 24,
                queries: [
                    .init("sum by (proxy) (rate(haproxy_frontend_bytes_in_total{\(chosen)}\(interval)))", "in"),
                    .init("sum by (proxy) (rate(haproxy_frontend_bytes_out_total{\(chosen)}\(interval)))", "out"),
                ]
            ),
        ]
    )

    private static let backends = Dashboard.Row(
        title: "Services behind it",
        panels: [
            Panel(
                title: "Replicas that get requests",
                queries: [.init("sum by (proxy) (haproxy_backend_active_servers{\(chosen)})", "{{proxy}}")]
            ),
            Panel(
                title: "Errors",
                unit: "reqps",
                queries: [
                    .init(
                        "sum by (proxy) (rate(haproxy_backend_http_responses_total{\(chosen),code=\"5xx\"}\(interval)))",
                        "{{proxy}}"
                    )
                ]
            ),
            Panel(
                title: "Mean time to answer",
                unit: "s",
                queries: [
                    .init("max by (proxy) (haproxy_backend_response_time_average_seconds{\(chosen)})", "{{proxy}}")
                ]
            ),
            Panel(
                title: "Requests that wait",
                width: 12,
                queries: [.init("sum by (proxy) (haproxy_backend_current_queue{\(chosen)})", "{{proxy}}")],
                warning: 10
            ),
            Panel(
                title: "Sent again, to another replica",
                unit: "reqps",
                width: 12,
                queries: [
                    .init(
                        "sum by (proxy) (rate(haproxy_backend_retry_warnings_total{\(chosen)}\(interval)))",
                        "{{proxy}} tried again"
                    ),
                    .init(
                        "sum by (proxy) (rate(haproxy_backend_redispatch_warnings_total{\(chosen)}\(interval)))",
                        "{{proxy}} sent elsewhere"
                    ),
                ]
            ),
        ]
    )
}
