import Basics
import DataSources
import Interfaces
import Ledger
import StackModel

/// Takes away what restores have kept beside the live data, which is what they could be undone with.
package struct Forgetting: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// By service, the restorations in whose stead something lies beside; of all services where none is named.
    package func kept(_ services: Set<ServiceName>, of stack: StackID)
        async throws(ReportableError) -> [ServiceName: [RestorationName]]
    {
        let release = try await release(of: stack)
        let observed = try await dependencies.engine(release.stack.engine).observe(stack, .glance)
        return observed.kept.merging(observed.prepared) { $0.union($1) }
            .filter { services.isEmpty || services.contains($0.key) }
            .mapValues { $0.sorted() }
    }

    /// Under the stack's lock: throws `stackBusy` while somebody changes it.
    package func forget(_ services: Set<ServiceName>, of stack: StackID) async throws(ReportableError) {
        let release = try await release(of: stack)
        let engine = try dependencies.engine(release.stack.engine)
        let holder = StackLock.Holder(
            actor: dependencies.actor,
            owner: dependencies.owner,
            since: dependencies.now(),
            purpose: "remove what restores have kept"
        )
        try await StackLock.holding(try dependencies.lockFile(stack), as: holder) { () throws(ReportableError) in
            for service in services.sorted() {
                let place = try await engine.dataPlace(of: service, in: release)
                try await KeptData(of: place, doors.runner).removeAll()
            }
        }
    }

    private func release(of stack: StackID) async throws(ReportableError) -> Release {
        guard let release = try await dependencies.ledger.currentRelease(of: stack) else {
            throw ReportableError.notDeployed(stack)
        }
        return release
    }
}
