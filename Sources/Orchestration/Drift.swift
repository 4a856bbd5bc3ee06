import Basics
import StackModel

/// The differences between a release and what runs, in words.
package enum Drift {
    /// `stopped` services are meant not to run, and to get no requests through a stopped edge is no difference either.
    package static func between(
        _ release: ReleaseOutline?,
        _ observed: Observation,
        stopped: Set<ServiceName> = []
    ) -> [String] {
        let byService = Dictionary(grouping: observed.replicas, by: \.id.service)
        let declared = Set(release?.services.map(\.name) ?? [])
        let strangers = byService.keys.filter { !declared.contains($0) }.sorted().flatMap { name in
            (byService[name] ?? []).map { "\($0.id) belongs to no service of the current release" }
        }
        guard let release else { return strangers }
        let hasEdge = release.services.contains { $0.kind == "edge" && $0.replicas > 0 && !stopped.contains($0.name) }
        return release.services.flatMap { service in
            let replicas = byService[service.name] ?? []
            if stopped.contains(service.name) { return revived(replicas, of: service) }
            return drift(of: service, replicas, release.number, isRouted: service.isRouted && hasEdge)
        } + strangers
    }

    private static func revived(_ replicas: [ObservedReplica], of service: ReleaseOutline.Service) -> [String] {
        replicas.filter { $0.state != .stopped }.map { "\($0.id) runs, and \(service.name) was stopped" }
    }

    private static func drift(
        of service: ReleaseOutline.Service,
        _ replicas: [ObservedReplica],
        _ release: Int,
        isRouted: Bool
    ) -> [String] {
        guard let revision = service.revision else { return [] }
        var findings = replicas.compactMap { trouble(of: $0, service, release, isRouted: isRouted) }
        let serving = replicas.count { $0.state == .running && $0.revision == revision }
        if serving > service.replicas {
            findings.append("\(service.name) runs \(serving) replicas instead of \(service.replicas)")
        } else if serving < service.replicas {
            findings.append("\(service.name): \(serving) of \(service.replicas) replicas run release \(release)")
        }
        return findings
    }

    private static func trouble(
        of replica: ObservedReplica,
        _ service: ReleaseOutline.Service,
        _ release: Int,
        isRouted: Bool
    ) -> String? {
        if replica.state == .failing { return "\(replica.id) is failing: \(replica.trouble ?? "it does not run")" }
        if replica.state == .stopped { return "\(replica.id) is stopped" }
        if replica.revision != service.revision {
            return "\(replica.id) runs release \(replica.release), not \(release)"
        }
        if let configuration = service.configuration, replica.configuration != configuration {
            return "\(replica.id) has an older configuration"
        }
        if !replica.ready { return "\(replica.id) is not ready" }
        if isRouted, replica.traffic != .admitted { return "\(replica.id) gets no traffic" }
        return nil
    }
}
