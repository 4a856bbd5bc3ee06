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

    /// The jobs in the order of their names.
    static func jobs(of stack: Stack, asks: (Edge) -> Bool) -> [ScrapeJob] {
        stack.services.filter { $0.replicas > 0 }.compactMap { job(for: $0, asks) }
    }

    /// On Kubernetes, where the way in is the cluster's own and is not asked.
    static func inCluster(_ stack: Stack) -> [ServiceName: ScrapeJob] {
        Dictionary(jobs(of: stack) { _ in false }.map { ($0.service, $0) }) { first, _ in first }
    }

    private static func job(for service: Service, _ asks: (Edge) -> Bool) -> ScrapeJob? {
        let name = service.name
        guard let port = ContainerAddress.port(of: service) else { return nil }
        switch service.kind {
        case .app(let app): return app.metrics.map { ScrapeJob(service: name, path: $0, port: port) }
        case .exporter(let exporter): return ScrapeJob(service: name, port: port, instance: exporter.service.text)
        case .edge(let edge): return !asks(edge) ? nil : ScrapeJob(service: name, port: edgePort, instance: name.text)
        case .prometheus, .grafana, .alertmanager: return ScrapeJob(service: name, port: port, instance: name.text)
        case .redis, .postgres: return nil
        }
    }
}
