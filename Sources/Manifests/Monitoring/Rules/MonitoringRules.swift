import StackModel

/// Alerts of what watches the others, and the one that always fires.
enum MonitoringRules {
    static let watchdog = "Watchdog"

    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "monitoring",
            about: [
                "What watches the others. The Watchdog always fires: when whoever receives it hears nothing for some"
                    + " minutes, alerts get lost."
            ],
            rules: (alwaysFires(watch) + watch.prometheuses.flatMap(prometheus)
                + watch.alertmanagers.flatMap(alertmanager) + missing(watch)).map { .alert($0) }
        )
    }

    /// The way from a Prometheus of the stack's own to people. An operator's has a Watchdog already.
    private static func alwaysFires(_ watch: Watch) -> [Alert] {
        guard !watch.prometheuses.isEmpty else { return [] }
        let alert = Alert(
            name: watchdog,
            severity: .none,
            service: "prometheus",
            expression: "vector(1)",
            summary: "Alerts get through",
            description: "This alert always fires. It is for a receiver that raises the alarm when it stops.",
            next: "status"
        )
        return [alert]
    }

    private static func prometheus(_ service: Service) -> [Alert] {
        let (name, job) = (service.name.text, "job=\"\(service.name)\"")
        return [
            reloadFailed("prometheus_config_last_reload_successful", job, name),
            Alert(
                name: "RuleEvaluationFailing",
                severity: .warning,
                service: name,
                expression: "sum by (job) (increase(prometheus_rule_evaluation_failures_total{\(job)}[10m])) > 0",
                holding: "10m",
                summary: "\(name) cannot evaluate some rules",
                description: "Alerts that depend on them do not fire.",
                next: "logs --service \(name)"
            ),
        ]
    }

    private static func alertmanager(_ service: Service) -> [Alert] {
        let (name, job) = (service.name.text, "job=\"\(service.name)\"")
        return [
            reloadFailed("alertmanager_config_last_reload_successful", job, name),
            Alert(
                name: "NotificationsFailing",
                severity: .critical,
                service: name,
                expression: "sum by (job, integration) (rate(alertmanager_notifications_failed_total{\(job)}[5m])) > 0",
                holding: "5m",
                summary: "Nobody can be told by {{ $labels.integration }}",
                description: "Its server refuses or cannot be reached. Other contacts are told.",
                next: "logs --service \(name)"
            ),
        ]
    }

    private static func reloadFailed(_ metric: String, _ job: String, _ name: String) -> Alert {
        Alert(
            name: "ConfigReloadFailed",
            severity: .warning,
            service: name,
            expression: "min by (job) (\(metric){\(job)}) == 0",
            holding: "5m",
            summary: "\(name) runs with an old configuration",
            description: "It could not read the new one. After a restart it would not come up.",
            next: "logs --service \(name)"
        )
    }

    /// Prometheus cannot miss itself. Apps and edges have an alert of their own.
    private static func missing(_ watch: Watch) -> [Alert] {
        watch.jobs.compactMap { watch.stack.service($0.service) }.compactMap { service in
            let name = service.name.text
            switch service.kind {
            case .exporter, .grafana, .alertmanager: return targetMissing(name)
            case .app: return service.watchesMachine ? targetMissing(name) : nil
            case .edge, .prometheus, .redis, .postgres: return nil
            }
        }
    }

    private static func targetMissing(_ name: String) -> Alert {
        Alert(
            name: "TargetMissing",
            severity: .warning,
            service: name,
            expression: "sum by (job) (up{job=\"\(name)\"}) == 0 or absent(up{job=\"\(name)\"})",
            holding: "5m",
            summary: "\(name) shows no figures",
            description: "What it watches may be well. Nobody would know otherwise.",
            next: "logs --service \(name)"
        )
    }
}
