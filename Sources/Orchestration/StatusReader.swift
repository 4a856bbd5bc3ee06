import Basics
import Interfaces
import Ledger
import StackModel

/// What is deployed, what runs, and where the two differ.
package struct StackStatus: Sendable, Codable {
    package struct ServiceStatus: Sendable, Codable {
        package let name: ServiceName
        package let kind: String
        package let wanted: Int
        package let replicas: [ObservedReplica]
        package let address: Address?
    }

    package let stack: StackID
    package let release: Int?
    package let releaseDigest: Digest?
    package let deployedAt: Instant?
    package let deployedBy: String?
    /// Stopped on purpose.
    package let stopped: Bool
    package let services: [ServiceStatus]
    /// One sentence per difference between what is meant and what is.
    package let drift: [String]
    package let lastOperation: OperationOutline?
    package let unfinished: OperationOutline?

    /// Everything that should run runs and is ready.
    package var isHealthy: Bool { drift.isEmpty && unfinished == nil && release != nil && !stopped }
}

package struct StatusReader: Sendable {
    let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    package func read(_ stack: StackID) async throws(ReportableError) -> StackStatus {
        let summary = try await dependencies.ledger.summary(of: stack)
        let reference = summary.currentRelease
        guard reference != nil || summary.lastOperation != nil else {
            throw ReportableError(
                .notFound,
                "\(stack) is not deployed",
                hint: "Deploy it with `slipway deploy`."
            )
        }
        let observed = try await dependencies.engine(summary.engine ?? .process).observe(stack, .glance)
        return StackStatus(
            stack: stack,
            release: reference?.number,
            releaseDigest: reference?.digest,
            deployedAt: reference?.createdAt,
            deployedBy: reference?.createdBy,
            stopped: summary.isStopped,
            services: Self.services(of: reference, observed),
            drift: summary.isStopped ? [] : Drift.between(reference, observed),
            lastOperation: summary.lastOperation,
            unfinished: summary.activeOperation
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
                address: service.address
            )
        }
        let leftovers = byService.keys.filter { name in !declared.contains { $0.name == name } }.sorted().map {
            StackStatus.ServiceStatus(name: $0, kind: "-", wanted: 0, replicas: byService[$0] ?? [], address: nil)
        }
        return known + leftovers
    }
}
