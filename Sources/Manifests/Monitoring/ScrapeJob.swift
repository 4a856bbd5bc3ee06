import StackModel

/// What Prometheus asks for figures: one service, at one path.
struct ScrapeJob: Hashable {
    /// Where the edge shows its figures inside the network of the stack.
    static let edgePort = 8405

    /// Also the `job` label of all its series.
    var service: ServiceName
    var path = "/metrics"
    /// Where it is served in a container.
    var port: Int
    /// The `instance` label, where the service has one replica only; each replica its own when nil.
    var instance: String?

    /// The jobs in the order of their names. On Kubernetes the way in is the cluster's, so there is no edge to ask.
    static func jobs(of stack: Stack, reachedBy reach: Monitoring.Reach) -> [ScrapeJob] {
        stack.services.filter { $0.replicas > 0 }.compactMap { job(for: $0, reachedBy: reach) }
    }

    private static func job(for service: Service, reachedBy reach: Monitoring.Reach) -> ScrapeJob? {
        let name = service.name
        guard let port = ContainerAddress.port(of: service) else { return nil }
        switch service.kind {
        case .app(let app): return app.metrics.map { ScrapeJob(service: name, path: $0, port: port) }
        case .exporter(let exporter): return ScrapeJob(service: name, port: port, instance: exporter.service.text)
        case .edge: return reach == .kubernetes ? nil : ScrapeJob(service: name, port: edgePort, instance: name.text)
        case .prometheus, .grafana, .alertmanager: return ScrapeJob(service: name, port: port, instance: name.text)
        case .redis, .postgres: return nil
        }
    }
}
