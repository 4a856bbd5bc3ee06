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
    /// Whom alerts are told to. Sorted by name; nil when there are none.
    package var contacts: [Contact]?
    /// What Kubernetes alone needs to know; its defaults when nil.
    package var kubernetes: KubernetesOptions?

    package init(
        name: StackName,
        environment: EnvironmentName,
        engine: EngineKind,
        namespace: String? = nil,
        services: [Service],
        secrets: [SecretDeclaration] = [],
        backups: [BackupPolicy] = [],
        stores: [Store] = [],
        objectives: ServiceLevelObjectives? = nil,
        contacts: [Contact] = [],
        kubernetes: KubernetesOptions? = nil
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
        self.contacts = contacts.isEmpty ? nil : contacts.sorted { $0.name < $1.name }
        self.kubernetes = kubernetes
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

/// What a cluster has that others may not have.
package struct KubernetesOptions: Hashable, Sendable, Codable {
    /// The class of the Ingress; the cluster's default when nil.
    package var ingressClass: String?
    /// The Gateway that routes are attached to. HTTPRoutes take the place of the Ingress.
    package var gateway: String?
    /// Where that Gateway is; in the namespace of the stack when nil.
    package var gatewayNamespace: String?
    /// The listener of the Gateway that the routes are attached to; every one that takes them when nil.
    package var gatewayListener: String?
    /// The class of the volumes; the cluster's default when nil.
    package var storageClass: String?
    /// The services whose volumes are of another class. Sorted by service; nil when there is none.
    package var storageClasses: [VolumeClass]?
    /// The Prometheus operator is there: ServiceMonitors and a PrometheusRule are written for it.
    package var prometheusOperator: Bool
    /// The PriorityClass of Redis and Postgres; the cluster's default when nil.
    package var priorityClass: String?
    /// What apps may reach outside of the stack: nothing, but what stands here. Sorted by app; nil when there is none.
    package var egress: [AppEgress]?

    package init(
        ingressClass: String? = nil,
        gateway: String? = nil,
        gatewayNamespace: String? = nil,
        gatewayListener: String? = nil,
        storageClass: String? = nil,
        storageClasses: [VolumeClass] = [],
        prometheusOperator: Bool = false,
        priorityClass: String? = nil,
        egress: [AppEgress] = []
    ) {
        self.ingressClass = ingressClass
        self.gateway = gateway
        self.gatewayNamespace = gatewayNamespace
        self.gatewayListener = gatewayListener
        self.storageClass = storageClass
        self.storageClasses = storageClasses.isEmpty ? nil : storageClasses.sorted { $0.service < $1.service }
        self.prometheusOperator = prometheusOperator
        self.priorityClass = priorityClass
        self.egress = egress.isEmpty ? nil : egress.sorted { $0.app < $1.app }
    }
}

/// The class of the volumes of one service.
package struct VolumeClass: Hashable, Sendable, Codable {
    package var service: ServiceName
    package var name: String

    package init(service: ServiceName, name: String) {
        self.service = service
        self.name = name
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
