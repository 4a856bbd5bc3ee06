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
    /// How long a name that was given up stays given up, for writers that were asleep.
    static let abandonedFor = TimeSpan.seconds(30 * 86_400)

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
        var report = SweepReport()
        for set in folders.ids {
            try await lease.renewIfDue(now: clock())
            let isPruned = prunings.contains(set)
            if try await clear(set, folders, isPruned: isPruned, age, now: clock()) { report.sets.append(set) }
        }
        for set in prunings where try await isNeedless(set, folders) {
            try await store.delete(VaultLayout.pruning(of: set))
            report.records += 1
        }
        report.drafts = try await store.sweep(olderThan: age)
        return report
    }

    /// True when there was something to delete.
    private func clear(
        _ set: SetID,
        _ folders: SetFolders,
        isPruned: Bool,
        _ age: TimeSpan,
        now: Instant
    ) async throws(ReportableError) -> Bool {
        guard folders.hasManifest(set) else {
            guard isPruned || set.begun.instant.elapsed(until: now) > age else { return false }
            if !isPruned, try await !giveUp(set, now: now) { return false }
            for blob in try await store.list(VaultLayout.folder(set))
            where !blob.name.text.hasSuffix("/\(VaultLayout.manifest)") {
                try await store.delete(blob.name)
            }
            return true
        }
        return try await clearAbandoned(set, now: now)
    }

    /// Takes the name of the manifest. False when somebody was quicker and has committed.
    private func giveUp(_ set: SetID, now: Instant) async throws(ReportableError) -> Bool {
        let abandonment = ManifestSlot.Abandonment(format: VaultFile.format, set: set, abandoned: VaultTime(now))
        do throws(ReportableError) {
            _ = try await store.write(VaultFile.encode(abandonment), to: VaultLayout.manifest(of: set), when: .absent)
            return true
        } catch  where error.code == .storeConflict {
            return false
        }
    }

    private func clearAbandoned(_ set: SetID, now: Instant) async throws(ReportableError) -> Bool {
        do throws(ReportableError) {
            guard case .abandoned(let abandonment)? = try await slot(of: set)?.0 else { return false }
            let rest = try await store.list(VaultLayout.folder(set))
                .filter { !$0.name.text.hasSuffix("/\(VaultLayout.manifest)") }
            for blob in rest { try await store.delete(blob.name) }
            if abandonment.abandoned.instant.elapsed(until: now) > Self.abandonedFor {
                try await store.delete(VaultLayout.manifest(of: set))
            }
            return !rest.isEmpty
        } catch  where error.code == .vaultDamaged {
            // A set that may be a good one: for a person to judge.
            return false
        }
    }

    /// The record of a pruned set serves the chain as long as an older set of its series is left, and behind the oldest
    /// as its link.
    private func isNeedless(_ set: SetID, _ folders: SetFolders) async throws(ReportableError) -> Bool {
        let sets = folders.ids.filter { $0.series == set.series && folders.hasManifest($0) }
        guard folders.blobs[set] == nil, let oldest = sets.first, set < oldest else { return false }
        do throws(ReportableError) {
            guard case .committed(let manifest)? = try await slot(of: oldest)?.0 else { return false }
            return manifest.previous?.set != set
        } catch  where error.code == .vaultDamaged {
            return false
        }
    }
}
