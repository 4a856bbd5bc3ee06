@testable import Manifests

extension AlertCase {
    static let api = ["status", "code", "status_code"].map(errors) + replicas

    /// By whatever name a program's library counts the numbers of its answers.
    private static func errors(by label: String) -> AlertCase {
        func answers(_ number: Int) -> String {
            #"http_requests_total{job="api",instance="a",\#(label)="\#(number)"}"#
        }
        return AlertCase(
            name: "HighErrorRate",
            severity: .warning,
            service: "api",
            at: 15,
            fires: [answers(200): "0+60x30", answers(503): "0+6x30"],
            silent: [answers(200): "0+6000x30", answers(500): "0x10 1x20"]
        )
    }

    private static let replicas = [
        AlertCase(
            name: "APIDown",
            severity: .critical,
            service: "api",
            at: 3,
            fires: [#"up{job="api",instance="a"}"#: "0x5", #"up{job="api",instance="b"}"#: "0x5"],
            silent: [#"up{job="api",instance="a"}"#: "0x5", #"up{job="api",instance="b"}"#: "1x5"]
        ),
        AlertCase(
            name: "APIDown",
            severity: .critical,
            service: "api",
            at: 3,
            fires: [:],
            silent: [#"up{job="api",instance="a"}"#: "1x5"]
        ),
        AlertCase(
            name: "CrashLooping",
            severity: .critical,
            service: "api",
            at: 10,
            fires: [#"process_start_time_seconds{job="api",instance="a"}"#: "1 1 2 2 3 3 4 4 5x10"],
            silent: [
                #"process_start_time_seconds{job="api",instance="a"}"#: "1 1 2 2 3x10",
                #"process_start_time_seconds{job="api",instance="b"}"#: "1 1 2 2 3x10",
            ]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "api",
            at: 12,
            fires: [#"up{job="api",instance="a"}"#: "1x15", #"up{job="api",instance="b"}"#: "0x15"],
            silent: [#"up{job="api",instance="a"}"#: "1x15", #"up{job="api",instance="b"}"#: "1x15"]
        ),
        AlertCase(
            name: "HighErrorRate",
            severity: .warning,
            service: "api",
            at: 15,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x30",
                #"http_requests_total{job="api",instance="b",status="200"}"#: "0+60x30",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+3x30",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+1x30",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+1x30",
            ]
        ),
        AlertCase(
            name: "HighLatency",
            severity: .warning,
            service: "api",
            labels: ["quantile": "0.95"],
            at: 20,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="0.3"}"#: "0+30x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="1"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="+Inf"}"#: "0+60x40",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="0.3"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="1"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="+Inf"}"#: "0+60x40",
            ]
        ),
        AlertCase(
            name: "HighLatency",
            severity: .warning,
            service: "api",
            labels: ["quantile": "0.99"],
            at: 20,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="1"}"#: "0+30x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="2.5"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="+Inf"}"#: "0+60x40",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="0.3"}"#: "0+30x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="1"}"#: "0+60x40",
                #"http_request_duration_seconds_bucket{job="api",route="/",le="+Inf"}"#: "0+60x40",
            ]
        ),
        AlertCase(
            name: "InFlightHigh",
            severity: .warning,
            service: "api",
            at: 7,
            fires: [
                #"http_requests_in_progress{job="api",instance="a"}"#: "60x10",
                #"http_requests_in_progress{job="api",instance="b"}"#: "41x10",
            ],
            silent: [
                #"http_requests_in_progress{job="api",instance="a"}"#: "50x10",
                #"http_requests_in_progress{job="api",instance="b"}"#: "50x10",
            ]
        ),
        AlertCase(
            name: "CPUHigh",
            severity: .warning,
            service: "api",
            at: 25,
            fires: [#"process_cpu_seconds_total{job="api",instance="a"}"#: "0+24x40"],
            silent: [#"process_cpu_seconds_total{job="api",instance="a"}"#: "0+18x40"]
        ),
        AlertCase(
            name: "CPUHigh",
            severity: .critical,
            service: "api",
            at: 25,
            fires: [#"process_cpu_seconds_total{job="api",instance="a"}"#: "0+28x40"],
            silent: [#"process_cpu_seconds_total{job="api",instance="a"}"#: "0+24x40"]
        ),
        AlertCase(
            name: "MemoryHigh",
            severity: .warning,
            service: "api",
            at: 20,
            fires: [#"process_resident_memory_bytes{job="api",instance="a"}"#: "456340275x30"],
            silent: [#"process_resident_memory_bytes{job="api",instance="a"}"#: "400000000x30"]
        ),
        AlertCase(
            name: "MemoryHigh",
            severity: .critical,
            service: "api",
            at: 20,
            fires: [#"process_resident_memory_bytes{job="api",instance="a"}"#: "510027366x30"],
            silent: [#"process_resident_memory_bytes{job="api",instance="a"}"#: "456340275x30"]
        ),
    ]
}
