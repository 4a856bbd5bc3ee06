import Basics
import Interfaces
import Ledger
import StackModel

/// Compares what the ledger means with what an engine sees.
package struct StatusReader: Sendable {
    let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    package func read(_ stack: StackID) async throws(ReportableError) -> StackStatus {
        let summary = try await dependencies.ledger.summary(of: stack)
        let reference = summary.currentRelease
        guard reference != nil || summary.lastOperation != nil else {
            throw ReportableError.notDeployed(stack)
        }
        let observed = try await dependencies.engine(summary.engine ?? .process).observe(stack, .glance)
        return StackStatus(
            stack: stack,
            release: reference?.number,
            releaseDigest: reference?.digest,
            deployedAt: reference?.createdAt,
            deployedBy: reference?.createdBy,
            stopped: summary.stopped,
            services: Self.services(of: reference, observed),
            drift: Drift.between(reference, observed, stopped: Set(summary.stopped)),
            lastOperation: summary.lastOperation,
            unfinished: summary.activeOperation,
            ownerIsGone: summary.activeOperation.map { !dependencies.isAlive($0.owner) } ?? false
        )
    }

    private static func services(of release: ReleaseOutline?, _ observed: Observation) -> [StackStatus.ServiceStatus] {
        let declared = release?.services ?? []
        let byService = Dictionary(grouping: observed.replicas, by: \.id.service)
        let known = declared.map { service in
            StackStatus.ServiceStatus(
                name: service.name,
                kind: service.kind,
                wanted: service.replicas,
                replicas: byService[service.name] ?? [],
                address: service.address,
                speaksTLS: service.speaksTLS
            )
        }
        let leftovers = byService.keys.filter { name in !declared.contains { $0.name == name } }.sorted().map {
            StackStatus.ServiceStatus(
                name: $0,
                kind: "-",
                wanted: 0,
                replicas: byService[$0] ?? [],
                address: nil,
                speaksTLS: nil
            )
        }
        return known + leftovers
    }
}
