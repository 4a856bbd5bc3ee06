import Basics
import Interfaces
import StackModel

extension Vault {
    /// Takes the lease where it is free, over, or that of somebody who is gone. Throws `storeConflict` when somebody has it.
    ///
    /// `isGone` says of a holder that they surely live no more, as a process of this machine can be known to. Who is
    /// taken to be gone and is not, finds out before they can do harm.
    package func takeLease(
        as holder: LeaseHolder,
        for term: TimeSpan,
        now: Instant,
        isGone: @Sendable (LeaseHolder) -> Bool = { _ in false }
    ) async throws(ReportableError) -> VaultLease {
        let term = min(max(term, .seconds(1)), VaultLease.longestTerm)
        let there = try await store.lease()
        if let record = there?.0, let other = record.holder, !isGone(other), Self.binds(record, now) {
            throw Self.taken(by: other, until: record.expires)
        }
        let record = LeaseRecord(
            generation: (there?.0?.generation ?? 0) + 1,
            holder: holder,
            token: RandomText.hexDigits(32),
            expires: VaultTime(Instant(milliseconds: now.milliseconds + term.milliseconds))
        )
        let tag = try await put(record, when: there.map { .unchanged($0.1) } ?? .absent)
        return VaultLease(record, holder, tag, term: term, in: store)
    }

    /// No lease lasts longer than the longest term: an end further ahead is that of a clock that was wrong, and would
    /// keep everybody out until then.
    private static func binds(_ record: LeaseRecord, _ now: Instant) -> Bool {
        let end = record.expires.instant.milliseconds
        return end > now.milliseconds && end <= now.milliseconds + 2 * VaultLease.longestTerm.milliseconds
    }

    private func put(_ record: LeaseRecord, when condition: BlobCondition) async throws(ReportableError) -> BlobTag {
        do throws(ReportableError) {
            return try await store.write(VaultFile.encode(record), to: VaultLayout.lease, when: condition).tag
        } catch {
            // The answer may have been lost behind the deed.
            guard let (there, tag) = try await store.lease(), let there else { throw error }
            if there == record { return tag }
            guard error.code == .storeConflict, let other = there.holder else { throw error }
            throw Self.taken(by: other, until: there.expires)
        }
    }

    private static func taken(by holder: LeaseHolder, until end: VaultTime) -> ReportableError {
        ReportableError(
            .storeConflict,
            "the vault is in use: \(holder.purpose.abridged) on \(holder.machine.abridged), until \(end) at the latest",
            hint: "Wait for it, or run the command again after that moment: the lease ends by itself."
        )
    }
}
