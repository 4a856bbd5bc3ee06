@testable import Manifests

extension AlertCase {
    static let edge = [
        AlertCase(
            name: "EdgeDown",
            severity: .critical,
            service: "edge",
            at: 3,
            fires: [#"up{job="edge",instance="a"}"#: "0x5"],
            silent: [#"up{job="edge",instance="a"}"#: "1x5"]
        ),
        AlertCase(
            name: "EdgeDown",
            severity: .critical,
            service: "edge",
            at: 3,
            fires: [:],
            silent: [#"up{job="edge",instance="a"}"#: "1x5"]
        ),
        AlertCase(
            name: "NoReplicaServes",
            severity: .critical,
            service: "edge",
            at: 3,
            fires: [#"haproxy_backend_active_servers{job="edge",proxy="api"}"#: "0x5"],
            silent: [
                #"haproxy_backend_active_servers{job="edge",proxy="api"}"#: "1x5",
                #"haproxy_backend_active_servers{job="edge",proxy="_unrouted"}"#: "0x5",
            ]
        ),
        AlertCase(
            name: "CircuitOpen",
            severity: .warning,
            service: "edge",
            at: 4,
            fires: [#"haproxy_server_status{job="edge",proxy="api",server="a",state="DOWN"}"#: "1x6"],
            silent: [
                #"haproxy_server_status{job="edge",proxy="api",server="a",state="DOWN"}"#: "0x6",
                #"haproxy_server_status{job="edge",proxy="api",server="a",state="MAINT"}"#: "1x6",
            ]
        ),
        AlertCase(
            name: "EdgeQueueing",
            severity: .warning,
            service: "edge",
            at: 4,
            fires: [#"haproxy_backend_current_queue{job="edge",proxy="api"}"#: "11x6"],
            silent: [#"haproxy_backend_current_queue{job="edge",proxy="api"}"#: "10x6"]
        ),
        AlertCase(
            name: "EdgeErrors",
            severity: .warning,
            service: "edge",
            at: 12,
            fires: [
                #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="2xx"}"#: "0+60x20",
                #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="5xx"}"#: "0+6x20",
            ],
            silent: [
                #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="2xx"}"#: "0+6000x20",
                #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="5xx"}"#: "0x5 1x15",
            ]
        ),
        AlertCase(
            name: "EdgeConnectionsHigh",
            severity: .warning,
            service: "edge",
            at: 7,
            fires: [
                #"haproxy_process_current_connections{job="edge"}"#: "90x10",
                #"haproxy_process_max_connections{job="edge"}"#: "100x10",
            ],
            silent: [
                #"haproxy_process_current_connections{job="edge"}"#: "70x10",
                #"haproxy_process_max_connections{job="edge"}"#: "100x10",
            ]
        ),
    ]
}
