import Basics
import StackModel

/// What the Prometheus operator reads, for a cluster that has one.
enum OperatorObjects {
    /// The job of a series is the name of the service and its instance the pod, as the stack's own Prometheus has them.
    static func monitor(_ workload: Workload, _ job: ScrapeJob, interval: TimeSpan) -> ManifestValue? {
        guard let port = workload.pod.container.port else { return nil }
        let instance: ManifestValue =
            job.instance.map { ["targetLabel": "instance", "replacement": .text($0)] }
            ?? ["sourceLabels": ["__meta_kubernetes_pod_name"], "targetLabel": "instance"]
        return [
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": workload.identity.metadata(),
            "spec": [
                "jobLabel": "app.kubernetes.io/component",
                "selector": ["matchLabels": workload.identity.selector],
                "endpoints": [
                    [
                        "port": .text(port.name), "path": .text(job.path), "interval": .text(interval),
                        "relabelings": [instance],
                    ]
                ],
            ],
        ]
    }

    static func rules(of stack: Stack) -> ManifestValue? {
        let groups = Monitoring.operatorRules(of: stack).flatMap { group -> [ManifestValue] in
            group.document(Monitoring.Reach.kubernetes.help(for: stack))["groups"]?.items ?? []
        }
        guard !groups.isEmpty else { return nil }
        return [
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": Identity(program: "alerts", name: "\(stack.name)-alerts", in: stack).metadata(),
            "spec": ["groups": .list(groups.map { scoped($0, to: stack.clusterNamespace) })],
        ]
    }

    /// That Prometheus sees other stacks too, and some have a job of the same name: a job is one of this namespace, and
    /// a sum by job is one by both.
    private static func scoped(_ group: ManifestValue, to namespace: String) -> ManifestValue {
        let rules = (group["rules"]?.items ?? []).map { rule in
            ManifestValue.map((rule.entries ?? []).map { .init($0.key, scoped($0, to: namespace)) })
        }
        return group.merging(["rules": .list(rules)])
    }

    private static func scoped(_ field: ManifestValue.Entry, to namespace: String) -> ManifestValue {
        guard field.key == "expr", case .text(let expression) = field.value else { return field.value }
        let own = expression.replacing(/\bjob(=~?")/) { "namespace=\"\(namespace)\",job\($0.1)" }
        return .text(own.replacing("by (job", with: "by (namespace, job"))
    }
}

extension ManifestValue {
    fileprivate var items: [ManifestValue] { if case .list(let values) = self { values } else { [] } }
}
