@testable import Manifests

extension AlertCase {
    static let monitoring = [
        AlertCase(
            name: "Watchdog",
            severity: .none,
            service: "prometheus",
            at: 1,
            fires: [:]
        ),
        AlertCase(
            name: "ConfigReloadFailed",
            severity: .warning,
            service: "prometheus",
            at: 7,
            fires: [#"prometheus_config_last_reload_successful{job="prometheus"}"#: "0x10"],
            silent: [#"prometheus_config_last_reload_successful{job="prometheus"}"#: "1x10"]
        ),
        AlertCase(
            name: "ConfigReloadFailed",
            severity: .warning,
            service: "alertmanager",
            at: 7,
            fires: [#"alertmanager_config_last_reload_successful{job="alertmanager"}"#: "0x10"],
            silent: [#"alertmanager_config_last_reload_successful{job="alertmanager"}"#: "1x10"]
        ),
        AlertCase(
            name: "RuleEvaluationFailing",
            severity: .warning,
            service: "prometheus",
            at: 25,
            fires: [#"prometheus_rule_evaluation_failures_total{job="prometheus",rule_group="a"}"#: "0+1x30"],
            silent: [#"prometheus_rule_evaluation_failures_total{job="prometheus",rule_group="a"}"#: "5x30"]
        ),
        AlertCase(
            name: "NotificationsFailing",
            severity: .critical,
            service: "alertmanager",
            at: 12,
            fires: [#"alertmanager_notifications_failed_total{job="alertmanager",integration="email"}"#: "0+1x20"],
            silent: [#"alertmanager_notifications_failed_total{job="alertmanager",integration="email"}"#: "5x20"]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "redis-exporter",
            at: 7,
            fires: [:],
            silent: [#"up{job="redis-exporter",instance="a"}"#: "1x10"]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "postgres-exporter",
            at: 7,
            fires: [:],
            silent: [#"up{job="postgres-exporter",instance="a"}"#: "1x10"]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "grafana",
            at: 7,
            fires: [#"up{job="grafana",instance="a"}"#: "0x10"],
            silent: [#"up{job="grafana",instance="a"}"#: "1x10"]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "alertmanager",
            at: 7,
            fires: [:],
            silent: [#"up{job="alertmanager",instance="a"}"#: "1x10"]
        ),
        AlertCase(
            name: "TargetMissing",
            severity: .warning,
            service: "node",
            at: 7,
            fires: [:],
            silent: [#"up{job="node",instance="a"}"#: "1x10"]
        ),
    ]
}
