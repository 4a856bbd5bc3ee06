import Basics
import Interfaces
import StackModel

/// The right to write to a vault and to delete from it. One at a time has it; it ends by itself, and who lost it finds
/// out before the next thing that matters.
package actor VaultLease {
    /// A lease is never taken or renewed for longer.
    package static let longestTerm = TimeSpan.seconds(3600)

    package nonisolated let generation: Int
    package nonisolated let holder: LeaseHolder
    nonisolated let token: String
    private let store: any BlobStore
    private let term: TimeSpan
    private var tag: BlobTag
    private var expires: VaultTime

    init(_ record: LeaseRecord, _ holder: LeaseHolder, _ tag: BlobTag, term: TimeSpan, in store: any BlobStore) {
        self.generation = record.generation
        self.holder = holder
        self.token = record.token
        self.store = store
        self.term = term
        self.tag = tag
        self.expires = record.expires
    }

    /// Sees that nobody else has taken the lease, and has it last for its whole term from now on. Throws `storeConflict`
    /// when somebody has.
    package func renew(now: Instant) async throws(ReportableError) {
        let end = VaultTime(Instant(milliseconds: now.milliseconds + term.milliseconds))
        try await replace(by: LeaseRecord(generation: generation, holder: holder, token: token, expires: end))
        expires = end
    }

    /// Renews the lease once half of its term is over: to be called often while something takes long.
    package func renewIfDue(now: Instant) async throws(ReportableError) {
        guard expires.instant.milliseconds - now.milliseconds <= term.milliseconds / 2 else { return }
        try await renew(now: now)
    }

    /// Lets the next one have it at once. The number stays, so that it never comes again.
    package func release() async throws(ReportableError) {
        try await replace(by: LeaseRecord(generation: generation, holder: nil, token: token, expires: expires))
    }

    private func replace(by record: LeaseRecord) async throws(ReportableError) {
        let bytes = VaultFile.encode(record)
        do throws(ReportableError) {
            tag = try await store.write(bytes, to: VaultLayout.lease, when: .unchanged(tag)).tag
        } catch {
            // An answer that was lost is no loss: what counts is what is there now.
            guard let (there, tag) = try await store.lease() else { throw lost(to: nil) }
            guard there?.token == token else { throw lost(to: there) }
            self.tag = tag
            guard there != record else { return }
            guard error.code == .storeConflict else { throw error }
            self.tag = try await store.write(bytes, to: VaultLayout.lease, when: .unchanged(tag)).tag
        }
    }

    private func lost(to record: LeaseRecord?) -> ReportableError {
        let who = record?.holder.map { ", for \($0.purpose) on \($0.machine)" } ?? ""
        return ReportableError(
            .storeConflict,
            "the lease of the vault was taken over\(who) while this one took too long",
            hint: "Nothing is lost: run it again when the other one has ended."
        )
    }
}

extension BlobStore {
    /// What `lease.json` says, nil for nothing that can be understood, and its tag; nil when there is none.
    func lease() async throws(ReportableError) -> (LeaseRecord?, BlobTag)? {
        // The tag first: what changes behind it makes the next condition fail, never pass.
        guard let facts = try await facts(of: VaultLayout.lease) else { return nil }
        do throws(ReportableError) {
            guard let bytes = try await content(of: VaultLayout.lease, limit: 1 << 16) else { return nil }
            return (try LeaseRecord.decode(bytes), facts.tag)
        } catch  where error.code == .vaultDamaged {
            return (nil, facts.tag)
        }
    }
}
