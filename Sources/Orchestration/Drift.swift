import Basics
import StackModel

/// The differences between a release and what runs, in words.
package enum Drift {
    package static func between(_ release: Release?, _ observed: Observation) -> [String] {
        let byService = Dictionary(grouping: observed.replicas, by: \.id.service)
        let declared = Set(release?.stack.services.map(\.name) ?? [])
        let strangers = byService.keys.filter { !declared.contains($0) }.sorted().flatMap { name in
            (byService[name] ?? []).map { "\($0.id) belongs to no service of the current release" }
        }
        guard let release else { return strangers }
        return release.stack.services.flatMap { service in
            drift(of: service, release.contents.templates[service.name], byService[service.name] ?? [], release)
        } + strangers
    }

    private static func drift(
        of service: Service,
        _ template: ReplicaTemplate?,
        _ replicas: [ObservedReplica],
        _ release: Release
    ) -> [String] {
        guard let template else { return [] }
        let routed = !release.stack.edges(routingTo: service.name).isEmpty
        var findings = replicas.compactMap { trouble(of: $0, template, routed: routed, release: release.number) }
        let serving = replicas.count {
            $0.state == .running && ($0.release == release.number || $0.revision == template.revision)
        }
        if serving != service.replicas {
            findings.append("\(service.name) runs \(serving) of \(service.replicas) replicas")
        }
        return findings
    }

    private static func trouble(
        of replica: ObservedReplica,
        _ template: ReplicaTemplate,
        routed: Bool,
        release: Int
    ) -> String? {
        if replica.state == .failing { return "\(replica.id) is failing: \(replica.trouble ?? "it does not run")" }
        if replica.state == .stopped { return "\(replica.id) is stopped" }
        // Digests take time: what the release itself started has its revision.
        if replica.release != release, replica.revision != template.revision {
            return "\(replica.id) runs release \(replica.release), not \(release)"
        }
        if template.reload != nil, replica.configuration != template.configuration {
            return "\(replica.id) has an older configuration"
        }
        if !replica.ready { return "\(replica.id) is not ready" }
        if routed, replica.traffic != .admitted { return "\(replica.id) gets no traffic" }
        return nil
    }
}
