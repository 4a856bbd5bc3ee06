import Basics

/// One part of a stack: what it is, how many replicas of it run, and how an update of it goes.
package struct Service: Hashable, Sendable, Codable {
    package var name: ServiceName
    package var kind: ServiceKind
    package var replicas: Int
    /// Services that must be ready before a replica of this one is started. Sorted.
    package var dependsOn: [ServiceName]
    package var resources: Resources
    package var rollout: Rollout
    package var storage: ByteCount?
    /// A program that is not installed is a warning, not an error.
    package var optional: Bool

    package init(
        name: ServiceName,
        kind: ServiceKind,
        replicas: Int = 1,
        dependsOn: [ServiceName] = [],
        resources: Resources = Resources(),
        rollout: Rollout = Rollout(),
        storage: ByteCount? = nil,
        optional: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.replicas = replicas
        self.dependsOn = dependsOn.sorted()
        self.resources = resources
        self.rollout = rollout
        self.storage = storage
        self.optional = optional
    }

    /// A service that keeps data has exactly one writer at any moment.
    package var keepsData: Bool {
        switch kind {
        case .redis, .postgres, .prometheus, .grafana, .alertmanager: true
        case .app, .edge, .exporter: false
        }
    }

    /// What its container is allowed, where the spec says something of it.
    package var security: AppSecurity? { if case .app(let app) = kind { app.security } else { nil } }

    /// An app that exports the machine's figures is called so; its alerts are those of the host.
    package var watchesMachine: Bool { ["node", "node-exporter"].contains(name) }

    /// Its clients speak TLS.
    package var speaksTLS: Bool {
        if case .edge(let edge) = kind { edge.tls != nil } else { false }
    }
}

/// The six kinds of service that a spec declares, the two that come with them, and what is particular to each.
package enum ServiceKind: Hashable, Sendable, Codable {
    case app(App)
    case redis(Redis)
    case postgres(Postgres)
    case prometheus(Prometheus)
    case grafana(Grafana)
    case edge(Edge)
    case exporter(Exporter)
    case alertmanager(Alertmanager)

    /// The word for `kind:` in a spec, and in what is said of a service.
    package var word: String {
        switch self {
        case .app: "app"
        case .redis: "redis"
        case .postgres: "postgres"
        case .prometheus: "prometheus"
        case .grafana: "grafana"
        case .edge: "edge"
        case .exporter(let exporter): "\(exporter.subject.rawValue)-exporter"
        case .alertmanager: "alertmanager"
        }
    }
}
