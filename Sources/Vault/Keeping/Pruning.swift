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
    ///
    /// As with a set that was given up, a mark takes the place of the manifest before anything else goes: the name is
    /// never free for a writer that comes late.
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
            var reason = catalogue.refusal(of: set)
            // A prune that was interrupted behind its record goes on.
            let isBegun = prunings.contains(VaultLayout.pruning(of: set))
            if isBegun, reason == .notCommitted || reason == .damaged { reason = nil }
            if reason == nil { reason = try await prune(set, catalogue[set], under: lease, clock) }
            if let reason {
                report.refused.append(PruneReport.Refusal(set: set, reason: reason))
            } else {
                report.deleted.append(set)
            }
        }
        return report
    }

    /// Deletes one set, unless somebody has pinned it by now. The record comes before the last look at the pin, as in `pin` the
    /// pin comes before the look at the record: of the two, one sees the other.
    private func prune(
        _ set: SetID,
        _ entry: Catalogue.Entry?,
        under lease: VaultLease,
        _ clock: @Sendable () -> Instant
    ) async throws(ReportableError) -> PruneReport.Reason? {
        try await lease.renew(now: clock())
        if let entry {
            if let pin = try await holdingPin(of: set, now: clock()) { return .pinned(pin) }
            try await record(entry, now: clock())
            if let pin = try await holdingPin(of: set, now: clock()) {
                try await store.delete(VaultLayout.pruning(of: set))
                return .pinned(pin)
            }
        }
        let manifest = try await store.facts(of: VaultLayout.manifest(of: set))
        try await giveUp(set, when: manifest.map { .unchanged($0.tag) } ?? .absent, now: clock())
        try await deleteObjects(of: set)
        try await clearMarks(of: set)
        try await store.delete(VaultLayout.pin(of: set))
        return nil
    }

    /// For the chain.
    private func record(_ entry: Catalogue.Entry, now: Instant) async throws(ReportableError) {
        let record = PrunedSet(
            format: VaultFile.format,
            set: entry.set,
            manifest: entry.digest,
            previous: entry.manifest.previous,
            at: VaultTime(now)
        )
        // Also one that an interrupted prune left is written anew: it may be damaged.
        _ = try await store.write(VaultFile.encode(record), to: VaultLayout.pruning(of: entry.set), when: .always)
    }
}

extension Catalogue {
    /// Why a set must stay, but for its pin; nil when it may go.
    fileprivate func refusal(of set: SetID) -> PruneReport.Reason? {
        guard self[set] != nil else { return broken.contains { $0.set == set } ? .damaged : .notCommitted }
        let series = entries.filter { $0.set.series == set.series }
        if series.last?.set == set { return .newest }
        if series.last(where: { $0.proven != nil })?.set == set { return .newestProven }
        return nil
    }
}
