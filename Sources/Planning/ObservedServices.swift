import Basics
import StackModel

/// An observation, arranged for questions about one service.
struct ObservedServices {
    /// Services that have replicas, sorted.
    let names: [ServiceName]
    let volumes: Set<ServiceName>
    let sources: Set<Digest>
    let restored: [ServiceName: RestorationName]
    let prepared: [ServiceName: Set<RestorationName>]
    let kept: [ServiceName: Set<RestorationName>]
    private let replicas: [ServiceName: [ObservedReplica]]

    init(_ observation: Observation) {
        self.replicas = Dictionary(grouping: observation.replicas, by: \.id.service)
        self.names = replicas.keys.sorted()
        self.volumes = Set(observation.volumes)
        self.sources = Set(observation.sources)
        self.restored = observation.restored
        self.prepared = observation.prepared
        self.kept = observation.kept
    }

    /// The replicas of a service by number.
    subscript(service: ServiceName) -> [ObservedReplica] { replicas[service] ?? [] }
}
