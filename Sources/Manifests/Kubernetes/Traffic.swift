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
    private(set) var ways: Set<Way> = []

    init(_ stack: Stack) {
        self.stack = stack
        for service in stack.services { addWays(of: service) }
        for policy in stack.backups {
            if case .service(let subject) = policy.subject { add(from: BackupJob.name(of: policy), to: subject) }
        }
    }

    func into(_ service: ServiceName) -> [Way] { ways.filter { $0.to == service }.sorted { $0.from < $1.from } }
    func out(of name: String) -> [Way] { ways.filter { $0.from == name }.sorted { $0.to < $1.to } }

    private mutating func addWays(of service: Service) {
        let own = service.name.text
        for dependency in service.dependsOn { add(from: own, to: dependency) }
        switch service.kind {
        case .app(let app):
            for name in (app.command + app.env.values).flatMap(\.services) { add(from: own, to: name) }
        case .exporter(let exporter): add(from: own, to: exporter.service)
        case .grafana: for other in stack.services where other.isPrometheus { add(from: own, to: other.name) }
        case .prometheus: for name in watched { add(from: own, to: name) }
        case .redis, .postgres, .edge, .alertmanager: break
        }
    }

    /// What Prometheus scrapes, and whom it tells.
    private var watched: [ServiceName] {
        stack.services.filter { service in
            switch service.kind {
            case .app(let app): app.metrics != nil
            case .exporter, .grafana, .alertmanager: true
            case .redis, .postgres, .prometheus, .edge: false
            }
        }.map(\.name)
    }

    /// An edge is no workload here, and what serves nothing cannot be reached.
    private mutating func add(from: String, to: ServiceName) {
        guard let service = stack.service(to), let port = ContainerAddress.port(of: service), from != to.text else {
            return
        }
        if case .edge = service.kind { return }
        ways.insert(Way(from: from, to: to, port: port))
    }
}
