import Basics
import Interfaces
import StackModel

/// How the objects of a set are compressed.
package struct Compression: Hashable, Sendable {
    package let level: Int
    package let workers: Int

    package init(level: Int = 3, workers: Int = 1) {
        self.level = level
        self.workers = workers
    }
}

extension Vault {
    /// Begins the next set of a series. Nothing of it is visible until it is committed. Throws `storeConflict` when the
    /// lease is somebody else's.
    package func begin(
        _ series: SetSeries,
        under lease: VaultLease,
        compression: Compression? = Compression(),
        clock: @escaping @Sendable () -> Instant
    ) async throws(ReportableError) -> SetWriter {
        let started = clock()
        try await lease.renew(now: started)
        let folders = try await folders(of: series)
        let pruned = try await store.list("\(VaultLayout.prunings)\(series)/")
            .compactMap { VaultLayout.set(of: $0.name, below: VaultLayout.prunings) }
        // Above every number that was ever given away, whatever became of the set.
        let last = (folders.ids + pruned).map(\.sequence).max() ?? 0
        guard let set = SetID(series, begun: started, sequence: last + 1) else {
            throw ReportableError(.storeFailed, "the series \(series) has used up its numbers")
        }
        return SetWriter(
            Draft(set: set, previous: try await newestLink(in: folders), started: VaultTime(started)),
            in: self,
            under: lease,
            compression,
            try Self.recipients(description.recipients),
            clock
        )
    }

    struct Draft: Sendable {
        let set: SetID
        let previous: SetManifest.Link?
        let started: VaultTime
    }

    /// The newest set with a manifest that can be read. One that cannot is no link: it may be mended.
    private func newestLink(in folders: SetFolders) async throws(ReportableError) -> SetManifest.Link? {
        for set in folders.ids.reversed() where folders.hasManifest(set) {
            do throws(ReportableError) {
                guard let (slot, digest) = try await slot(of: set), case .committed = slot else { continue }
                return SetManifest.Link(set: set, manifest: digest)
            } catch  where error.code == .vaultDamaged {
                continue
            }
        }
        return nil
    }

    private static func recipients(_ texts: [String]) throws(ReportableError) -> [AgeRecipient] {
        var recipients: [AgeRecipient] = []
        for text in texts { recipients.append(try AgeRecipient(text)) }
        return recipients
    }
}
