import Basics

/// The services that come with others and that no spec declares: where somebody reads figures, an exporter for every
/// Redis and Postgres, and beside a Prometheus an Alertmanager when there is somebody to tell.
extension Stack {
    /// This stack with its companions. Asked for twice, it changes nothing.
    package func withCompanions() -> Stack {
        var completed = self
        for companion in companions where service(companion.name) == nil { completed.services.append(companion) }
        completed.services.sort { $0.name < $1.name }
        return completed
    }

    /// A Prometheus operator of the cluster watches this stack, beside its own Prometheus or in its place.
    package var hasOperator: Bool { engine == .kubernetes && kubernetes?.prometheusOperator == true }

    /// Somebody reads the figures and judges them.
    package var isMeasured: Bool { services.contains(where: \.isPrometheus) || hasOperator }

    /// An edge of it speaks TLS.
    package var hasCertificates: Bool {
        services.contains { if case .edge(let edge) = $0.kind { edge.tls != nil } else { false } }
    }

    /// Slipway's controller has something to do for it, so its Prometheus asks the controller for figures. It runs what
    /// Slipway deploys, and knows nothing of rendered sets.
    package var needsController: Bool { engine == .process && (!backups.isEmpty || hasCertificates) }

    /// Apps that show no figures and take no requests of an edge that does: only what runs them sees that they are gone.
    package var silentApps: [Service] {
        services.filter { service in
            guard case .app(let app) = service.kind, app.metrics == nil, service.replicas > 0 else { return false }
            return engine == .kubernetes || edges(routingTo: service.name).isEmpty
        }
    }

    /// Those that nobody would miss: neither the controller nor kube-state-metrics has figures of them.
    package var unwatchedApps: [Service] { hasOperator || needsController ? [] : silentApps }

    /// Those that belong to this stack, whether it has them already or not.
    package var companions: [Service] { isMeasured ? exporters + alertmanagers : [] }

    private var exporters: [Service] {
        services.compactMap { service in
            service.exporterSubject.map { subject in
                Service(
                    name: Self.companion(of: service.name, "exporter"),
                    kind: .exporter(Exporter(subject: subject, service: service.name)),
                    replicas: min(service.replicas, 1),
                    dependsOn: [service.name],
                    rollout: Rollout(strategy: .recreate),
                    optional: true
                )
            }
        }
    }

    /// An operator's Prometheus has an Alertmanager of its own.
    private var alertmanagers: [Service] {
        guard contacts != nil, services.contains(where: \.isPrometheus) else { return [] }
        let alertmanager = Service(
            name: "alertmanager",
            kind: .alertmanager(Alertmanager()),
            rollout: Rollout(strategy: .recreate),
            optional: true
        )
        return [alertmanager]
    }

    /// A service name that leaves no room for the purpose is cut and told apart by its digest.
    private static func companion(of service: ServiceName, _ purpose: String) -> ServiceName {
        ServiceName("\(service)-\(purpose)")
            ?? ServiceName(unchecked: "\(service.text.prefix(20))-\(Digest(of: service.text).short)-\(purpose)")
    }
}

extension Service {
    package var isPrometheus: Bool { if case .prometheus = kind { true } else { false } }

    /// What an exporter for it would be called.
    fileprivate var exporterSubject: Exporter.Subject? {
        switch kind {
        case .redis: .redis
        case .postgres: .postgres
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: nil
        }
    }

    /// It came with another service: the spec says nothing of it.
    package var isCompanion: Bool {
        switch kind {
        case .exporter, .alertmanager: true
        case .app, .redis, .postgres, .prometheus, .grafana, .edge: false
        }
    }
}
