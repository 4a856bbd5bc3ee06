import StackModel

/// Old replicas that listen on a fixed port which a replica of another service is about to need: a service was renamed,
/// two have swapped their ports, or an app has moved behind an edge that takes its port over. They have to go before,
/// not after, the new release is proven.
struct PortBlockers {
    /// Those of services that the release no longer has.
    let gone: [ObservedReplica]
    /// All of them.
    let holders: Set<ReplicaID>
    /// Those that may wait until another replica of their own service is ready.
    let patient: Set<ReplicaID>
    /// Who waits for whom, with the waiting for the patient ones.
    let graph: ServiceGraph
    private let byPort: [Int: [ReplicaID]]

    init(
        _ desired: DesiredStack,
        _ observed: ObservedServices,
        _ rosters: [ServiceName: ReplicaRoster],
        includingGone: Bool
    ) {
        let needed = Dictionary(
            desired.services.compactMap { service -> (Int, ServiceName)? in
                guard case .fixed(let port) = service.template.port else { return nil }
                return (rosters[service.name]?.startCount ?? 0) > 0 ? (port, service.name) : nil
            },
            uniquingKeysWith: { first, _ in first }
        )
        func blocks(_ replica: ObservedReplica) -> Bool {
            guard let port = replica.port, replica.state != .stopped else { return false }
            return needed[port].map { $0 != replica.id.service } ?? false
        }
        var gone: [ObservedReplica] = []
        var retired: [ObservedReplica] = []
        for name in observed.names where !needed.isEmpty {
            if desired.service(name) != nil {
                retired += rosters[name]?.retired.filter(blocks) ?? []
            } else if includingGone, desired.release.stack.service(name) == nil {
                gone += observed[name].filter(blocks)
            }
        }
        var graph = desired.graph
        var patient: Set<ReplicaID> = []
        for holder in retired {
            guard let needy = holder.port.flatMap({ needed[$0] }), !graph.reaches(holder.id.service, needy) else {
                continue
            }
            graph.connect(needy, to: holder.id.service)
            patient.insert(holder.id)
        }
        self.graph = graph
        self.patient = patient
        self.gone = gone
        self.byPort = Dictionary(grouping: gone + retired) { $0.port ?? 0 }.mapValues { $0.map(\.id) }
        self.holders = Set((gone + retired).map(\.id))
    }

    /// Those that a service has to wait for.
    func holders(against service: DesiredService) -> [ReplicaID] {
        guard case .fixed(let port) = service.template.port else { return [] }
        return (byPort[port] ?? []).filter { $0.service != service.name }
    }
}
