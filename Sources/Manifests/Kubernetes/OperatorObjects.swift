import Basics
import StackModel

/// What the Prometheus operator reads, for a cluster that has one.
enum OperatorObjects {
    static func isMonitored(_ service: Service) -> Bool { path(of: service) != nil }

    private static func path(of service: Service) -> String? {
        switch service.kind {
        case .app(let app): app.metrics
        case .exporter: "/metrics"
        case .redis, .postgres, .prometheus, .grafana, .edge, .alertmanager: nil
        }
    }

    /// The job of a series is the name of the service, as without the operator.
    static func monitor(_ workload: Workload, interval: TimeSpan) -> ManifestValue? {
        guard let path = path(of: workload.service), let port = workload.pod.container.port else { return nil }
        return [
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": workload.identity.metadata(),
            "spec": [
                "jobLabel": "app.kubernetes.io/component",
                "selector": ["matchLabels": workload.identity.selector],
                "endpoints": [
                    ["port": .text(port.name), "path": .text(path), "interval": .text(interval)]
                ],
            ],
        ]
    }

    /// The groups that the stack's own Prometheus has.
    static func rules(of stack: Stack) -> ManifestValue? {
        let groups = Monitoring.rules(of: stack, reachedBy: .kubernetes).flatMap { rules -> [ManifestValue] in
            guard case .list(let groups)? = rules.document["groups"] else { return [] }
            return groups
        }
        guard !groups.isEmpty else { return nil }
        return [
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": Identity(program: "alerts", name: "\(stack.name)-alerts", in: stack).metadata(),
            "spec": ["groups": .list(groups)],
        ]
    }
}
