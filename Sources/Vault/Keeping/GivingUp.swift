import Basics
import Interfaces
import StackModel

extension Vault {
    /// How long a name that was given up stays given up, for writers that were asleep.
    static let abandonedFor = TimeSpan.seconds(30 * 86_400)

    /// Puts a mark in the place of a set's manifest: the set does not exist from then on, and never will. Throws
    /// `storeConflict` when the condition is not met.
    func giveUp(_ set: SetID, when condition: BlobCondition, now: Instant) async throws(ReportableError) {
        let name = VaultLayout.manifest(of: set)
        let mark = ManifestSlot.Abandonment(format: VaultFile.format, set: set, abandoned: VaultTime(now))
        _ = try await store.write(VaultFile.encode(mark), to: name, when: condition)
        // Objects are deleted behind this: what the store says of it is not enough.
        guard case .abandoned? = try await slot(of: set)?.0 else {
            throw ReportableError(.storeFailed, "the store says it took the mark that gives \(set) up, and has it not")
        }
    }

    /// Deletes all there is in a set's folder but what is in the place of its manifest. Returns whether there was anything.
    ///
    /// - Precondition: the set was given up.
    @discardableResult
    func deleteObjects(of set: SetID) async throws(ReportableError) -> Bool {
        let blobs = try await store.list(VaultLayout.folder(set)).map(\.name)
            .filter { $0 != VaultLayout.manifest(of: set) }
        for blob in blobs { try await store.delete(blob) }
        return !blobs.isEmpty
    }
}
