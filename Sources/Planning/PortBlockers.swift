import StackModel

/// Old replicas that listen on a fixed port which a replica of another service is about to need: a service was renamed,
/// or two have swapped their ports. They have to go before, not after, the new release is proven.
struct PortBlockers {
    /// Those of services that the release no longer has.
    let gone: [ObservedReplica]
    /// All of them.
    let holders: Set<ReplicaID>
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
            if let service = desired.service(name) {
                guard RolloutBounds(service).exclusion != nil else { continue }
                retired += rosters[name]?.retired.filter(blocks) ?? []
            } else if includingGone, desired.release.stack.service(name) == nil {
                gone += observed[name].filter(blocks)
            }
        }
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
