import StackModel

/// Who has to reach whom: everything else is denied.
struct Traffic {
    struct Way: Hashable {
        /// The name of the workload, or of the job.
        var from: String
        var to: ServiceName
        var port: Int
    }

    let stack: Stack
    private let services: [ServiceName: Service]
    private var inward: [ServiceName: Set<Way>] = [:]
    private var outward: [String: Set<Way>] = [:]
    /// What an edge leads to.
    private var routed: Set<ServiceName> = []
    /// What shows figures.
    private let scraped: Set<ServiceName>

    init(_ stack: Stack) {
        self.stack = stack
        services = Dictionary(stack.services.map { ($0.name, $0) }) { first, _ in first }
        scraped = Set(ScrapeJob.inCluster(stack).keys)
        for service in stack.services { addWays(of: service) }
        for policy in stack.backups where BackupJob.stores(policy.subject, of: stack) {
            if case .service(let subject) = policy.subject { add(from: BackupJob.name(of: policy), to: subject) }
        }
    }

    func into(_ service: ServiceName) -> [Way] { (inward[service] ?? []).sorted { $0.from < $1.from } }
    func out(of name: String) -> [Way] { (outward[name] ?? []).sorted { $0.to < $1.to } }
    func isRouted(_ service: ServiceName) -> Bool { routed.contains(service) }
    func isScrapedByOperator(_ service: ServiceName) -> Bool { stack.hasOperator && scraped.contains(service) }

    private mutating func addWays(of service: Service) {
        let own = service.name.text
        for dependency in service.dependsOn { add(from: own, to: dependency) }
        switch service.kind {
        case .app(let app):
            for name in app.texts.flatMap(\.services) { add(from: own, to: name) }
        case .exporter(let exporter): add(from: own, to: exporter.service)
        case .grafana: for other in stack.services where other.isPrometheus { add(from: own, to: other.name) }
        // What it scrapes, and whom it tells. The way in is the cluster's, and not asked.
        case .prometheus: for name in scraped { add(from: own, to: name) }
        case .edge: routed.formUnion(service.openEdge?.routes.map(\.service) ?? [])
        case .redis, .postgres, .alertmanager: break
        }
    }

    /// An edge is no workload here, and what serves nothing cannot be reached.
    private mutating func add(from: String, to: ServiceName) {
        guard let service = services[to], let port = ContainerAddress.port(of: service), from != to.text else { return }
        if case .edge = service.kind { return }
        let way = Way(from: from, to: to, port: port)
        inward[to, default: []].insert(way)
        outward[from, default: []].insert(way)
    }
}
