import StackModel

/// A stack as the rules and dashboards see it: which jobs there are, and what was promised.
struct Watch {
    let stack: Stack
    let jobs: [ScrapeJob]
    let promise: Promise

    /// Prometheus asks Slipway's controller for its figures.
    var asksController: Bool { stack.needsController }

    /// `asks` tells whether Prometheus reaches the figures of an edge.
    init(_ stack: Stack, asks: (Edge) -> Bool) {
        self.stack = stack
        self.jobs = ScrapeJob.jobs(of: stack, asks: asks)
        self.promise = Promise(stack.objectives)
    }

    /// The apps that show figures.
    var apps: [Service] {
        services { service in
            guard case .app = service.kind else { return false }
            return !service.watchesMachine
        }
    }

    var edges: [Service] { services { if case .edge = $0.kind { true } else { false } } }
    var prometheuses: [Service] { services(where: \.isPrometheus) }
    var alertmanagers: [Service] { services { if case .alertmanager = $0.kind { true } else { false } } }
    var hosts: [Service] { services(where: \.watchesMachine) }

    /// Those among them whose requests an edge counts that shows its figures.
    var countedAtEdges: [Service] {
        apps.filter { app in
            edges.contains { service in
                guard case .edge(let edge) = service.kind else { return false }
                return edge.routes.contains { $0.service == app.name }
            }
        }
    }

    /// What the exporters of one kind watch: the job that has the figures, and the service they are of.
    func exported(_ subject: Exporter.Subject) -> [(job: ServiceName, service: ServiceName)] {
        services { _ in true }.compactMap { service in
            guard case .exporter(let exporter) = service.kind, exporter.subject == subject else { return nil }
            return (service.name, exporter.service)
        }
    }

    private func services(where isWanted: (Service) -> Bool) -> [Service] {
        jobs.compactMap { stack.service($0.service) }.filter(isWanted)
    }
}

extension [Service] {
    /// For `job=~"..."`. Names need no escaping.
    var pattern: String { map(\.name.text).joined(separator: "|") }
}
