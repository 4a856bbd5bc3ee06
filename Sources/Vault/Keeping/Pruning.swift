import Basics
import Interfaces
import StackModel

/// That a set was deleted on purpose: the chain of its series goes on through this record.
struct PrunedSet: Hashable, Sendable, Codable {
    let format: Int
    let set: SetID
    let manifest: Digest
    let previous: SetManifest.Link?
    let at: VaultTime
}

/// What became of the sets that were to be deleted.
package struct PruneReport: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case newest, newestProven, pinned(String), damaged, notCommitted
    }

    package struct Refusal: Hashable, Sendable {
        package let set: SetID
        package let reason: Reason
    }

    package fileprivate(set) var deleted: [SetID] = []
    package fileprivate(set) var refused: [Refusal] = []
}

extension Vault {
    /// Deletes sets, in the order given. Whatever a caller thinks, the newest committed and the newest proven set of a series
    /// stay, and so does what is pinned or cannot be read. Killed at any moment, it leaves each set whole or gone.
    package func prune(
        _ sets: [SetID],
        under lease: VaultLease,
        clock: @Sendable () -> Instant
    ) async throws(ReportableError) -> PruneReport {
        try await lease.renew(now: clock())
        let catalogue = try await catalogue()
        let prunings = Set(try await store.list(VaultLayout.prunings).map(\.name))
        var report = PruneReport()
        for set in sets {
            if let reason = catalogue.refusal(of: set, now: clock()) {
                // A prune that was interrupted behind the manifest goes on.
                guard reason == .notCommitted, prunings.contains(VaultLayout.pruning(of: set)) else {
                    report.refused.append(PruneReport.Refusal(set: set, reason: reason))
                    continue
                }
            }
            try await lease.renew(now: clock())
            if let entry = catalogue[set] { try await hide(entry, now: clock()) }
            try await deleteFolder(of: set)
            report.deleted.append(set)
        }
        return report
    }

    /// The record first, for the chain; then the manifest: from then on the set does not exist.
    private func hide(_ entry: Catalogue.Entry, now: Instant) async throws(ReportableError) {
        let record = PrunedSet(
            format: VaultFile.format,
            set: entry.set,
            manifest: entry.digest,
            previous: entry.manifest.previous,
            at: VaultTime(now)
        )
        // Also one that an interrupted prune left is written anew: it may be damaged.
        _ = try await store.write(VaultFile.encode(record), to: VaultLayout.pruning(of: entry.set), when: .always)
        try await store.delete(VaultLayout.manifest(of: entry.set))
        guard try await store.facts(of: VaultLayout.manifest(of: entry.set)) == nil else {
            throw ReportableError(
                .storeFailed,
                "the store says it deleted the manifest of \(entry.set), and still has it"
            )
        }
    }

    /// - Precondition: the set has no manifest.
    func deleteFolder(of set: SetID) async throws(ReportableError) {
        for blob in try await store.list(VaultLayout.folder(set)) { try await store.delete(blob.name) }
        try await clearMarks(of: set)
        try await store.delete(VaultLayout.pin(of: set))
    }
}

extension Catalogue {
    /// Why a set must stay; nil when it may go.
    fileprivate func refusal(of set: SetID, now: Instant) -> PruneReport.Reason? {
        guard let entry = self[set] else { return broken.contains { $0.set == set } ? .damaged : .notCommitted }
        if entry.hasUnreadablePin { return .pinned("by a pin that cannot be read") }
        if let pin = entry.pin, pin.holds(at: now) { return .pinned(pin.reason) }
        let series = entries.filter { $0.set.series == set.series }
        if series.last?.set == set { return .newest }
        if series.last(where: { $0.proven != nil })?.set == set { return .newestProven }
        return nil
    }
}
