import Basics
import Glibc
import Interfaces
import StackModel

/// How the objects of a set are compressed. Level 2 takes a third less time than zstd's own 3 for a hundredth more bytes
/// (docs/decisions/0050).
package struct Compression: Hashable, Sendable {
    package let level: Int
    package let workers: Int

    package init(level: Int = 2, workers: Int = Self.cores) {
        self.level = level
        self.workers = workers
    }

    /// One worker for each, but not so many that their buffers count.
    package static let cores = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 4)
}

extension Vault {
    /// Begins the next set of a series. Nothing of it is visible until it is committed. Throws `storeConflict` when the
    /// lease is somebody else's, and `needsDecision` when the vault is for others than `recipients`.
    ///
    /// `recipients` are the public keys that the set is encrypted for, as the caller knows them from elsewhere; none where it
    /// is to be stored in the open. What `vault.json` says is not enough: it is written by whoever can write to the store.
    package func begin(
        _ series: SetSeries,
        under lease: VaultLease,
        expecting recipients: [String],
        compression: Compression? = Compression(),
        clock: @escaping @Sendable () -> Instant
    ) async throws(ReportableError) -> SetWriter {
        let keys = try keys(of: recipients)
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
            keys,
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

    private func keys(of recipients: [String]) throws(ReportableError) -> [AgeRecipient] {
        guard Set(recipients) == Set(description.recipients) else {
            let (theirs, ours) = (Self.readers(description.recipients), Self.readers(recipients))
            throw ReportableError(
                .needsDecision,
                "what goes into this vault can be read by \(theirs), and this backup is for \(ours)",
                hint: "The recipients of a vault never change. If yours have, use another store; if not, somebody has "
                    + "changed \(VaultLayout.description) there, and wants to read along."
            )
        }
        var keys: [AgeRecipient] = []
        for text in recipients { keys.append(try AgeRecipient(text)) }
        return keys
    }

    private static func readers(_ recipients: [String]) -> String {
        recipients.isEmpty ? "everybody" : recipients.sorted().map(\.abridged).joined(separator: ", ")
    }
}
