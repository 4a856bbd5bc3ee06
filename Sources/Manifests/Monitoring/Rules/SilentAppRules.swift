import StackModel

/// Alerts of apps that show no figures, such as workers, from those of what runs them.
enum SilentAppRules {
    private static let name = "silent-apps"

    /// As Slipway's controller sees them.
    static func group(_ watch: Watch) -> RuleGroup {
        let apps = watch.asksController ? watch.stack.silentApps : []
        return RuleGroup(
            name: name,
            about: ["Apps that show no figures of their own, as Slipway's controller sees them."],
            rules: apps.flatMap { app in
                let series = "{service=\"\(app.name)\"}"
                return alerts(
                    of: app,
                    down:
                        "max(slipway_service_replicas_ready\(series)) == 0 and max(slipway_service_replicas_wanted\(series)) > 0",
                    starts: "sum(increase(slipway_service_restarts\(series)[15m]))"
                )
            }
        )
    }

    /// As kube-state-metrics sees them, which the operator's Prometheus has.
    static func inCluster(_ stack: Stack) -> RuleGroup {
        let namespace = "namespace=\"\(stack.clusterNamespace)\""
        return RuleGroup(
            name: name,
            about: ["Apps that show no figures of their own, as kube-state-metrics sees them."],
            rules: stack.silentApps.flatMap { app in
                let ready = "kube_deployment_status_replicas_available{\(namespace),deployment=\"\(app.name)\"}"
                let starts = "kube_pod_container_status_restarts_total{\(namespace),container=\"\(app.name)\"}"
                return alerts(
                    of: app,
                    down: "max(\(ready)) == 0 or absent(\(ready))",
                    starts: "sum(increase(\(starts)[15m]))"
                )
            }
        )
    }

    private static func alerts(of service: Service, down: String, starts: String) -> [RuleGroup.Rule] {
        let name = service.name.text
        let gone = Alert(
            name: "APIDown",
            severity: .critical,
            service: name,
            expression: down,
            holding: "5m",
            summary: "\(name) is down",
            description: "No replica of \(name) is ready, or there is none. Its work is not done.",
            next: "status"
        )
        let loop = Alert(
            name: "CrashLooping",
            severity: .critical,
            service: name,
            expression: "\(starts) > 3",
            summary: "\(name) was started {{ $value | humanize }} times in 15 minutes",
            description: "It ends soon after each start. Its last words are in its log.",
            next: "logs --service \(name)"
        )
        return [.alert(gone), .alert(loop)]
    }
}
