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
        let release = try await dependencies.currentRelease(of: stack)
        for service in services.sorted() where release.stack.service(service) == nil {
            throw ReportableError(.usage, "there is no service \(service) in \(stack)")
        }
        let observed = try await dependencies.engine(release.stack.engine).observe(stack, .glance)
        return observed.kept.merging(observed.prepared) { $0.union($1) }
            .filter { services.isEmpty || services.contains($0.key) }
            .mapValues { $0.sorted() }
    }

    /// Also what restores that died have left, with their scratch servers. Under the stack's lock: throws `stackBusy` while
    /// somebody changes it.
    package func forget(_ services: Set<ServiceName>, of stack: StackID) async throws(ReportableError) {
        let release = try await dependencies.currentRelease(of: stack)
        let holder = StackLock.Holder(
            actor: dependencies.actor,
            owner: dependencies.owner,
            since: dependencies.now(),
            purpose: "remove what restores have kept"
        )
        let all = services.isEmpty ? release.stack.services.map(\.name) : services.sorted()
        try await StackLock.holding(try dependencies.lockFile(stack), as: holder) { () throws(ReportableError) in
            let kept = try await kept(services, of: stack)
            for service in all { try await forget(service, release, isKept: kept[service] != nil) }
        }
    }

    /// A service that keeps nothing, or cannot run on this machine, may all the same have left something that died.
    private func forget(_ service: ServiceName, _ release: Release, isKept: Bool) async throws(ReportableError) {
        let place: DataPlace
        do throws(ReportableError) {
            place = try await dependencies.engine(release.stack.engine).dataPlace(of: service, in: release)
        } catch {
            guard isKept else { return }
            throw error
        }
        try await KeptData(of: place, doors.runner).removeAll()
        try await Leftovers.clear(try doors.restoreScratch(of: service, in: release.stack.id), doors.runner)
    }
}
