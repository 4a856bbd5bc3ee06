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

    /// The files for containers, in the order of their paths; none in a stack without a Prometheus. They are made to be
    /// mounted: `prometheus/` at /etc/prometheus, `alertmanager/` at /etc/alertmanager, `grafana/provisioning/` at
    /// /etc/grafana/provisioning and `grafana/dashboards/` at /etc/grafana/dashboards.
    package static func files(
        of stack: Stack,
        reachedBy reach: Reach
    ) throws(ReportableError) -> [ManifestFile] {
        let stack = stack.withCompanions()
        guard let prometheus = stack.prometheus else { return [] }
        let configuration = PrometheusConfiguration(stack: stack, prometheus: prometheus, reach: reach)
        return [ManifestFile("prometheus/prometheus.yml", YAMLWriter.document(configuration.document))]
    }
}

extension Stack {
    /// The first Prometheus: the one that Grafana asks when nobody says otherwise.
    var prometheus: Prometheus? {
        for service in services {
            if case .prometheus(let prometheus) = service.kind { return prometheus }
        }
        return nil
    }

    /// The Alertmanager that comes with the contacts.
    var alertmanager: ServiceName? {
        services.first { if case .alertmanager = $0.kind { true } else { false } }?.name
    }
}
