import Basics
import StackModel

/// Alerts of the edge, from HAProxy's own figures.
enum EdgeRules {
    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "edge",
            about: ["The edge: is it there, has it somebody to send requests to, and what do clients get."],
            rules: watch.edges.flatMap { service -> [Alert] in
                let (name, job) = (service.name.text, "job=\"\(service.name)\"")
                return [down(job, name)] + backends(service, job, name) + traffic(job, name, watch.promise)
            }.map { .alert($0) }
        )
    }

    private static func down(_ job: String, _ name: String) -> Alert {
        Alert(
            name: "EdgeDown",
            severity: .critical,
            service: name,
            expression: "sum by (job) (up{\(job)}) == 0 or absent(up{\(job)})",
            holding: "1m",
            summary: "The edge \(name) is down",
            description: "Nobody gets in: clients cannot connect.",
            next: "status"
        )
    }

    private static func backends(_ service: Service, _ job: String, _ name: String) -> [Alert] {
        guard case .edge(let edge) = service.kind else { return [] }
        let routed = Set(edge.routes.map(\.service)).sorted().map(\.text).joined(separator: "|")
        let active = "sum by (job, proxy) (haproxy_backend_active_servers{\(job),proxy=~\"\(routed)\"})"
        return [
            Alert(
                name: "NoReplicaServes",
                severity: .critical,
                service: name,
                expression: "\(active) == 0",
                holding: "1m",
                summary: "The edge has no replica of {{ $labels.proxy }} to send requests to",
                description: "Clients get 503. The replicas are gone or fail their readiness check.",
                next: "status"
            ),
            Alert(
                name: "CircuitOpen",
                severity: .warning,
                service: name,
                expression: "sum by (job, proxy) (haproxy_server_status{\(job),state=\"DOWN\"}) > 0",
                holding: "2m",
                summary: "{{ $value }} replicas of {{ $labels.proxy }} get no requests",
                description: "They failed their check, or answered with too many errors in a row.",
                next: "status"
            ),
            Alert(
                name: "EdgeQueueing",
                severity: .warning,
                service: name,
                expression: "sum by (job, proxy) (haproxy_backend_current_queue{\(job)}) > 10",
                holding: "2m",
                summary: "{{ $value }} requests wait for a replica of {{ $labels.proxy }}",
                description: "All replicas are at their limit of connections. More replicas help.",
                next: "status"
            ),
        ]
    }

    private static func traffic(_ job: String, _ name: String, _ promise: Promise) -> [Alert] {
        let responses = { (labels: String) in
            "sum by (job, proxy) (rate(haproxy_backend_http_responses_total{\(job)\(labels)}[5m]))"
        }
        return [
            Alert(
                name: "EdgeErrors",
                severity: promise.hasBudget ? .warning : .critical,
                service: name,
                expression: "\(responses(",code=\"5xx\"")) / \(responses("")) > \(promise.errors.fraction)"
                    + " and \(responses("")) > \(APIRules.fewestRequests / 300)",
                holding: "5m",
                summary: "{{ $value | humanizePercentage }} of the answers for {{ $labels.proxy }} are errors",
                description: "More than the \(promise.errors) that slo.errors allows, as clients see it.",
                next: "logs --service \(name)"
            ),
            Alert(
                name: "EdgeConnectionsHigh",
                severity: .warning,
                service: name,
                expression: "sum by (job) (haproxy_process_current_connections{\(job)})"
                    + " / sum by (job) (haproxy_process_max_connections{\(job)}) > 0.8",
                holding: "5m",
                summary: "{{ $value | humanizePercentage }} of the connections of the edge are taken",
                description:
                    "At the limit new clients wait. Somebody holds many connections, or there are many clients.",
                next: "status"
            ),
        ]
    }
}
