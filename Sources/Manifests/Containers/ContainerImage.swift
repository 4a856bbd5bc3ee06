import Basics
import StackModel

/// The image of a service where containers run.
enum ContainerImage {
    static let redis = "docker.io/library/redis"
    static let postgres = "docker.io/library/postgres"
    static let redisVersion = "7.4"
    static let postgresVersion = "17"
    static let prometheus = "docker.io/prom/prometheus:v3.5.0"
    static let grafana = "docker.io/grafana/grafana:12.0.2"
    static let haproxy = "docker.io/library/haproxy:3.2"
    static let alertmanager = "docker.io/prom/alertmanager:v0.28.1"
    static let redisExporter = "docker.io/oliver006/redis_exporter:v1.74.0"
    static let postgresExporter = "quay.io/prometheuscommunity/postgres-exporter:v0.17.1"
    /// For jobs that need no program but the usual ones.
    static let shell = "docker.io/library/debian:12-slim"

    /// Throws `invalidSpec` for an app that names none: nobody else can know it.
    static func reference(for service: Service) throws(ReportableError) -> String {
        switch service.kind {
        case .app(let app):
            guard let image = app.image else { throw missing(service) }
            return image
        case .redis(let server): return server.image ?? "\(redis):\(server.version ?? redisVersion)"
        case .postgres(let server): return server.image ?? "\(postgres):\(server.version ?? postgresVersion)"
        case .prometheus(let server): return server.image ?? prometheus
        case .grafana(let server): return server.image ?? grafana
        case .edge(let edge): return edge.image ?? haproxy
        case .alertmanager: return alertmanager
        case .exporter(let exporter):
            switch exporter.subject {
            case .redis: return redisExporter
            case .postgres: return postgresExporter
            }
        }
    }

    private static func missing(_ service: Service) -> ReportableError {
        ReportableError(
            .invalidSpec,
            "service \(service.name) has no image, which containers are made from",
            hint: "Add `image: ...` to services.\(service.name) in the spec."
        )
    }
}
