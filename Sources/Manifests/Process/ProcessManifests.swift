import Basics
import StackModel

/// What the process engine runs for each service of a stack: pure, deterministic, and without the value of any secret.
package enum ProcessManifests {
    /// One template per service. Throws `invalidSpec` for what cannot be written down for a program (a control
    /// character in a route, an app without a command), `secretFailed` for a secret without a version.
    package static func templates(
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> [ServiceName: ReplicaTemplate] {
        var templates: [ServiceName: ReplicaTemplate] = [:]
        for service in inputs.stack.services {
            templates[service.name] = try inputs.pinned(try template(of: service, inputs))
        }
        return templates
    }

    static func template(
        of service: Service,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        switch service.kind {
        case .app(let app): try AppTemplate.make(service, app, inputs)
        case .redis(let redis): try RedisTemplate.make(service, redis, inputs)
        case .postgres(let postgres): try PostgresTemplate.make(service, postgres, inputs)
        case .prometheus(let prometheus): try PrometheusTemplate.make(service, prometheus, inputs)
        case .grafana: try GrafanaTemplate.make(service, inputs)
        case .edge(let edge): try EdgeTemplate.make(service, edge, inputs)
        case .exporter(let exporter): try ExporterTemplate.make(service, exporter, inputs)
        case .alertmanager: try AlertmanagerTemplate.make(service, inputs)
        }
    }
}
