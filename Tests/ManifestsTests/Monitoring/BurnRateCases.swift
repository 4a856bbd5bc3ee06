@testable import Manifests

extension AlertCase {
    /// Counted at the edge, and where none is asked, at the app.
    static let burnRate = spent { #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="\#($0)xx"}"# }
    static let burnRateOfApps = spent { #"http_requests_total{job="api",instance="a",status="\#($0)00"}"# }

    private static func spent(_ answers: (Int) -> String) -> [AlertCase] {
        [
            AlertCase(
                name: "SLOBurn",
                severity: .critical,
                service: "api",
                labels: ["window": "1h"],
                at: 75,
                fires: [
                    answers(2): "0+60x90",
                    answers(5): "0+3x90",
                ],
                silent: [
                    answers(2): "0+60x90",
                    answers(5): "0+30x40 1200x50",
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
                    answers(2): "0x60 12+12x40",
                    answers(5): "0x61 3x4 6x4 9x4 12x20",
                ],
                silent: [
                    answers(2): "0x60 12+12x40",
                    answers(5): "0x61 1x4 2x4 3x4 4x20",
                ]
            ),
            AlertCase(
                name: "SLOBurn",
                severity: .critical,
                service: "api",
                labels: ["window": "6h"],
                at: 480,
                fires: [
                    answers(2): "0+60x500",
                    answers(5): "0+0.6x500",
                ],
                silent: [
                    answers(2): "0+60x500",
                    answers(5): "0+0.3x500",
                ]
            ),
            AlertCase(
                name: "SLOBurn",
                severity: .warning,
                service: "api",
                labels: ["window": "3d"],
                at: 4500,
                fires: [
                    answers(2): "0+60x4600",
                    answers(5): "0+0.09x4600",
                ],
                silent: [
                    answers(2): "0+60x4600",
                    answers(5): "0+0.05x4600",
                ]
            ),
        ]
    }
}
