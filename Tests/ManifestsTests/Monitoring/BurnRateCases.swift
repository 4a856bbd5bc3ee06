@testable import Manifests

extension AlertCase {
    static let burnRate = [
        AlertCase(
            name: "SLOBurn",
            severity: .critical,
            service: "api",
            labels: ["window": "1h"],
            at: 75,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x90",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+3x90",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x90",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+30x40 1200x50",
            ]
        ),
        // After a quiet hour one failure of 60 requests is a large share.
        AlertCase(
            name: "SLOBurn",
            severity: .critical,
            service: "api",
            labels: ["window": "1h"],
            at: 80,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0x60 12+12x40",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0x61 3x4 6x4 9x4 12x20",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0x60 12+12x40",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0x61 1x4 2x4 3x4 4x20",
            ]
        ),
        AlertCase(
            name: "SLOBurn",
            severity: .critical,
            service: "api",
            labels: ["window": "6h"],
            at: 480,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x500",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+0.6x500",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x500",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+0.3x500",
            ]
        ),
        AlertCase(
            name: "SLOBurn",
            severity: .warning,
            service: "api",
            labels: ["window": "3d"],
            at: 4500,
            fires: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x4600",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+0.09x4600",
            ],
            silent: [
                #"http_requests_total{job="api",instance="a",status="200"}"#: "0+60x4600",
                #"http_requests_total{job="api",instance="a",status="500"}"#: "0+0.05x4600",
            ]
        ),
    ]
}
