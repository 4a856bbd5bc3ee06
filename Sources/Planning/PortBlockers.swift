import StackModel

/// Old replicas that listen on a fixed port which a replica of another service is about to need: a service was renamed,
/// two have swapped their ports, or an app has moved behind an edge that takes its port over. They have to go before,
/// not after, the new release is proven.
struct PortBlockers {
    /// How long a replica can keep the port without anything waiting for itself. The rest has to go at once.
    enum Patience {
        /// Until another replica of its service is ready.
        case untilReady
        /// Until another replica of its service serves, if it is through an edge that changes in this plan.
        case untilServed
    }

    /// Those of services that the release no longer has.
    private(set) var gone: [ObservedReplica] = []
    /// All of them, and who needs their port.
    private(set) var heirs: [ReplicaID: ServiceName] = [:]
    /// Those of services that stay and that are able to wait.
    private(set) var patience: [ReplicaID: Patience] = [:]
    /// Who waits for whom, with the waiting for those that wait.
    private(set) var graph: ServiceGraph
    private var byPort: [Int: [ReplicaID]] = [:]

    init(
        _ desired: DesiredStack,
        _ observed: ObservedServices,
        _ rosters: [ServiceName: ReplicaRoster],
        includingGone: Bool
    ) {
        graph = desired.graph
        let needed = Self.needed(desired, rosters)
        func blocks(_ replica: ObservedReplica) -> Bool {
            guard let port = replica.port, replica.state != .stopped else { return false }
            return needed[port].map { $0 != replica.id.service } ?? false
        }
        var retired: [ObservedReplica] = []
        for name in observed.names where !needed.isEmpty {
            if desired.service(name) != nil {
                retired += rosters[name]?.retired.filter(blocks) ?? []
            } else if includingGone, desired.release.stack.service(name) == nil {
                gone += observed[name].filter(blocks)
            }
        }
        for holder in gone + retired {
            guard let port = holder.port, let heir = needed[port] else { continue }
            heirs[holder.id] = heir
            byPort[port, default: []].append(holder.id)
        }
        for holder in retired { grant(holder.id, desired) }
    }

    /// The fixed ports that are about to be listened on, and by whom.
    private static func needed(
        _ desired: DesiredStack,
        _ rosters: [ServiceName: ReplicaRoster]
    ) -> [Int: ServiceName] {
        let pairs = desired.services.compactMap { service -> (Int, ServiceName)? in
            guard case .fixed(let port) = service.template.port else { return nil }
            return (rosters[service.name]?.startCount ?? 0) > 0 ? (port, service.name) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Grants a replica as much patience as closes no circle.
    private mutating func grant(_ holder: ReplicaID, _ desired: DesiredStack) {
        let service = holder.service
        guard let heir = heirs[holder], !graph.reaches(service, heir) else { return }
        var served = graph
        for edge in desired.edges(routingTo: service) { served.connect(service, to: edge) }
        if served.reaches(service, heir) {
            patience[holder] = .untilReady
        } else {
            patience[holder] = .untilServed
            graph = served
        }
        graph.connect(heir, to: service)
    }

    /// Those that a service has to wait for.
    func holders(against service: DesiredService) -> [ReplicaID] {
        guard case .fixed(let port) = service.template.port else { return [] }
        return (byPort[port] ?? []).filter { $0.service != service.name }
    }
}
