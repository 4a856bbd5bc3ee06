import Basics
import StackModel

/// What Prometheus, Alertmanager and Grafana read: the scrapes, the rules, who is told, the dashboards.
///
/// The job of a series is the name of the service it was scraped from, on every target. That is why the rules and the
/// dashboards are the same text everywhere.
package enum Monitoring {
    /// The way in which the programs find each other.
    package enum Reach: Hashable, Sendable {
        case compose, kubernetes
    }

    /// The files for containers of a stack that has its companions, in the order of their paths; none in a stack without
    /// a Prometheus. They are made to be
    /// mounted: `prometheus/` at /etc/prometheus, `alertmanager/` at /etc/alertmanager, `grafana/provisioning/` at
    /// /etc/grafana/provisioning and `grafana/dashboards/` at /etc/grafana/dashboards.
    package static func files(
        of stack: Stack,
        reachedBy reach: Reach
    ) throws(ReportableError) -> [ManifestFile] {
        guard let prometheus = stack.services.first(where: \.isPrometheus) else { return [] }
        let watch = watch(over: stack, reach)
        let files =
            PrometheusConfiguration(watch: watch, reach: reach).files
            + alertmanager(watch)
            + grafana(watch, prometheus.name)
        return files.sorted { $0.path < $1.path }
    }

    /// What the operator's Prometheus judges of a stack that has its companions: the same as the stack's own, and how
    /// the jobs and the apps without figures fare that the cluster runs.
    static func operatorRules(of stack: Stack) -> [RuleGroup] {
        (RuleGroup.all(of: watch(over: stack, .kubernetes)) + [
            SilentAppRules.inCluster(stack), BackupJobRules.group(stack),
        ])
        .filter { !$0.rules.isEmpty }
    }

    /// What to do about the alerts of a rendered set, beside its other files; nil when nothing can raise one.
    static func runbook(of stack: Stack, reachedBy reach: Reach) -> ManifestFile? {
        guard stack.isMeasured else { return nil }
        let isOperated = reach == .kubernetes && stack.hasOperator
        let groups = isOperated ? operatorRules(of: stack) : RuleGroup.all(of: watch(over: stack, reach))
        return Runbook.file(of: groups.flatMap(\.alerts), reach.help(for: stack), stack)
    }

    /// On Kubernetes the way in is the cluster's, so there is no edge to ask.
    private static func watch(over stack: Stack, _ reach: Reach) -> Watch {
        Watch(stack) { _ in reach == .compose }
    }

    private static func alertmanager(_ watch: Watch) -> [ManifestFile] {
        guard watch.stack.alertmanager != nil else { return [] }
        let configuration = AlertmanagerConfiguration(stack: watch.stack) {
            ContainerSecret.path(of: $0.text)
        } address: { contact in
            if let file = contact.addressFile { return ["url_file": .text(ContainerSecret.path(of: file))] }
            guard case .webhook(let url) = contact.way else { return nil }
            return ["url": .text(url)]
        }
        return [ManifestFile("alertmanager/alertmanager.yml", YAMLWriter.document(configuration.document))]
    }

    private static func grafana(_ watch: Watch, _ prometheus: ServiceName) -> [ManifestFile] {
        guard watch.stack.services.contains(where: { if case .grafana = $0.kind { true } else { false } }) else {
            return []
        }
        let sources = GrafanaProvisioning.dataSources(of: watch.stack) { "http://\($0):9090" }
        let provider = GrafanaProvisioning.dashboards(in: "/etc/grafana/dashboards")
        return [
            ManifestFile("grafana/provisioning/datasources/slipway.yaml", YAMLWriter.document(sources)),
            ManifestFile("grafana/provisioning/dashboards/slipway.yaml", YAMLWriter.document(provider)),
        ]
            + dashboards(watch, prometheus).map { ManifestFile("grafana/dashboards/\($0.path)", $0.content) }
    }

    /// The dashboards by their path below the folder of dashboards.
    static func dashboards(_ watch: Watch, _ source: ServiceName) -> [(path: String, content: String)] {
        Dashboards.all(of: watch).map {
            ($0.path, JSONWriter.document(DashboardDocument(dashboard: $0, source: source.text).value))
        }
    }
}

extension Monitoring.Reach {
    func help(for stack: Stack) -> AlertHelp {
        switch self {
        case .compose: AlertHelp(.compose, for: stack)
        case .kubernetes: AlertHelp(.kubernetes(namespace: stack.clusterNamespace), for: stack)
        }
    }
}

extension Stack {
    /// The Alertmanager that comes with the contacts.
    var alertmanager: ServiceName? {
        services.first { if case .alertmanager = $0.kind { true } else { false } }?.name
    }
}
