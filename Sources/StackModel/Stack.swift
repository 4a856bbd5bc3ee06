import Basics

/// What one spec file declares for one environment: fully defaulted, references to secrets but never their values.
package struct Stack: Hashable, Sendable, Codable {
    package var name: StackName
    package var environment: EnvironmentName
    package var engine: EngineKind
    /// The Kubernetes namespace, where the engine has namespaces.
    package var namespace: String?
    /// Sorted by name.
    package var services: [Service]
    /// Sorted by name.
    package var secrets: [SecretDeclaration]
    package var backups: [BackupPolicy]
    package var stores: [Store]
    package var objectives: ServiceLevelObjectives?

    package init(
        name: StackName,
        environment: EnvironmentName,
        engine: EngineKind,
        namespace: String? = nil,
        services: [Service],
        secrets: [SecretDeclaration] = [],
        backups: [BackupPolicy] = [],
        stores: [Store] = [],
        objectives: ServiceLevelObjectives? = nil
    ) {
        self.name = name
        self.environment = environment
        self.engine = engine
        self.namespace = namespace
        self.services = services.sorted { $0.name < $1.name }
        self.secrets = secrets.sorted { $0.name < $1.name }
        self.backups = backups
        self.stores = stores
        self.objectives = objectives
    }

    package var id: StackID { StackID(name, environment) }

    package func service(_ name: ServiceName) -> Service? { services.first { $0.name == name } }
    package func secret(_ name: SecretName) -> SecretDeclaration? { secrets.first { $0.name == name } }

    /// The edges that send traffic to a service, without those of which no replica is wanted.
    package func runningEdges(routingTo service: ServiceName) -> [ServiceName] {
        edges(routingTo: service).filter { (self.service($0)?.replicas ?? 0) > 0 }
    }

    /// The edges that are to send traffic to a service, whether they run or not.
    package func edges(routingTo service: ServiceName) -> [ServiceName] {
        services.compactMap { candidate in
            guard case .edge(let edge) = candidate.kind else { return nil }
            return edge.routes.contains { $0.service == service } ? candidate.name : nil
        }
    }
}

package enum EngineKind: String, Hashable, Sendable, Codable, CaseIterable {
    case process, docker, kubernetes
}

/// What the service promises its users, as the alerts and dashboards measure it.
package struct ServiceLevelObjectives: Hashable, Sendable, Codable {
    package var availability: Percent?
    /// Upper bounds of latency quantiles: 95 -> 300 ms.
    package var latency: [LatencyObjective]
    package var errors: Percent?

    package init(availability: Percent? = nil, latency: [LatencyObjective] = [], errors: Percent? = nil) {
        self.availability = availability
        self.latency = latency
        self.errors = errors
    }
}

package struct LatencyObjective: Hashable, Sendable, Codable {
    /// 50, 90, 95, 99 ...
    package var percentile: Int
    package var bound: TimeSpan

    package init(percentile: Int, bound: TimeSpan) {
        self.percentile = percentile
        self.bound = bound
    }
}
