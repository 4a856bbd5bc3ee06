import Basics
import StackModel

/// The differences between a release and what runs, in words.
package enum Drift {
    package static func between(_ release: ReleaseOutline?, _ observed: Observation) -> [String] {
        let byService = Dictionary(grouping: observed.replicas, by: \.id.service)
        let declared = Set(release?.services.map(\.name) ?? [])
        let strangers = byService.keys.filter { !declared.contains($0) }.sorted().flatMap { name in
            (byService[name] ?? []).map { "\($0.id) belongs to no service of the current release" }
        }
        guard let release else { return strangers }
        return release.services.flatMap { service in
            drift(of: service, byService[service.name] ?? [], release.number)
        } + strangers
    }

    private static func drift(
        of service: ReleaseOutline.Service,
        _ replicas: [ObservedReplica],
        _ release: Int
    ) -> [String] {
        guard let revision = service.revision else { return [] }
        var findings = replicas.compactMap { trouble(of: $0, service, release) }
        let serving = replicas.count { $0.state == .running && $0.revision == revision }
        if serving != service.replicas {
            findings.append("\(service.name) runs \(serving) of \(service.replicas) replicas")
        }
        return findings
    }

    private static func trouble(
        of replica: ObservedReplica,
        _ service: ReleaseOutline.Service,
        _ release: Int
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
        if service.isRouted, replica.traffic != .admitted { return "\(replica.id) gets no traffic" }
        return nil
    }
}
