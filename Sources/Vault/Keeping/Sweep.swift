import Basics
import Interfaces
import StackModel

package struct SweepReport: Hashable, Sendable {
    /// Sets that were never committed, and of which nothing is left.
    package fileprivate(set) var sets: [SetID] = []
    /// Temporary files and unfinished uploads of the store.
    package fileprivate(set) var drafts = 0
    /// Records of pruned sets that no chain needs any more.
    package fileprivate(set) var records = 0
}

extension Vault {
    /// Where the store checks no conditions, a writer that was asleep is not kept from committing what a sweep has begun to
    /// delete. So nothing younger than this is touched there.
    static let unconditionalAge = TimeSpan.seconds(7 * 86_400)

    /// Deletes what interrupted writers left behind: whoever has the lease knows that nobody else writes. What was begun
    /// less than `age` ago stays all the same.
    ///
    /// A writer that slept through the end of its lease may wake at any moment. So the name of the manifest is taken first:
    /// from then on its set can never come to exist.
    package func sweep(
        olderThan age: TimeSpan,
        under lease: VaultLease,
        clock: @Sendable () -> Instant
    ) async throws(ReportableError) -> SweepReport {
        try await lease.renew(now: clock())
        let folders = try await folders()
        let prunings = try await store.list(VaultLayout.prunings)
            .compactMap { VaultLayout.set(of: $0.name, below: VaultLayout.prunings) }
        let setAge = store.abilities.conditionalPut ? age : max(age, Self.unconditionalAge)
        var report = SweepReport()
        for set in folders.ids {
            try await lease.renewIfDue(now: clock())
            let isCleared =
                folders.hasManifest(set)
                ? try await clearAbandoned(set, now: clock()) : try await clear(set, setAge, now: clock())
            if isCleared { report.sets.append(set) }
        }
        for set in try await needless(prunings, folders) {
            try await store.delete(VaultLayout.pruning(of: set))
            report.records += 1
        }
        report.drafts = try await store.sweep(olderThan: age)
        return report
    }

    /// Deletes what there is of a set without a manifest. False when it is too young, or somebody has committed it meanwhile.
    private func clear(_ set: SetID, _ age: TimeSpan, now: Instant) async throws(ReportableError) -> Bool {
        guard set.begun.instant.elapsed(until: now) > age else { return false }
        do throws(ReportableError) {
            try await giveUp(set, when: .absent, now: now)
        } catch  where error.code == .storeConflict {
            return false
        }
        try await deleteObjects(of: set)
        return true
    }

    private func clearAbandoned(_ set: SetID, now: Instant) async throws(ReportableError) -> Bool {
        do throws(ReportableError) {
            guard case .abandoned(let abandonment)? = try await slot(of: set)?.0 else { return false }
            let wasLeft = try await deleteObjects(of: set)
            if abandonment.abandoned.instant.elapsed(until: now) > Self.abandonedFor {
                try await store.delete(VaultLayout.manifest(of: set))
            }
            return wasLeft
        } catch  where error.code == .vaultDamaged {
            // A set that may be a good one: for a person to judge.
            return false
        }
    }

    /// The records of pruned sets that serve no chain any more: behind the oldest set of their series, and not its link.
    private func needless(_ prunings: [SetID], _ folders: SetFolders) async throws(ReportableError) -> [SetID] {
        var needless: [SetID] = []
        for (series, pruned) in Dictionary(grouping: prunings, by: \.series) {
            guard let oldest = try await oldest(of: series, folders) else { continue }
            needless += pruned.filter { set in
                let hasObjects = folders.blobs[set]?.keys.contains { $0 != VaultLayout.manifest } ?? false
                return !hasObjects && set < oldest.set && oldest.previous?.set != set
            }
        }
        return needless
    }

    /// The manifest of the oldest committed set; nil when there is none, or it cannot be known.
    private func oldest(of series: SetSeries, _ folders: SetFolders) async throws(ReportableError) -> SetManifest? {
        do throws(ReportableError) {
            for set in folders.ids where set.series == series && folders.hasManifest(set) {
                if case .committed(let manifest)? = try await slot(of: set)?.0 { return manifest }
            }
            return nil
        } catch  where error.code == .vaultDamaged {
            return nil
        }
    }
}
