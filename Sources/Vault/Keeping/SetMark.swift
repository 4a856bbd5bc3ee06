import Basics
import Interfaces
import StackModel

/// That a set was verified or proven, or found damaged, beside it: what a manifest says never changes.
package struct SetMark: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its stored bytes were read and are those of the manifest.
        case verified
        /// It was restored and probed.
        case proven
        /// What was read of it is not what its manifest says.
        case damaged
    }

    package let format: Int
    package let set: SetID
    /// The digest of the manifest that was there: a mark counts for no other.
    package let manifest: Digest
    package let at: VaultTime
    package let evidence: [String: String]
}

/// That a set stays, whatever retention says.
package struct SetPin: Hashable, Sendable, Codable {
    package let format: Int
    package let set: SetID
    package let at: VaultTime
    package let reason: String
    /// nil: until somebody takes the pin away.
    package let until: VaultTime?

    package func holds(at now: Instant) -> Bool { until.map { $0.instant > now } ?? true }
}

extension Vault {
    /// Records evidence for a set as it is now, in place of earlier evidence of this kind.
    package func mark(
        _ set: SetID,
        _ kind: SetMark.Kind,
        evidence: [String: String],
        at now: Instant
    ) async throws(ReportableError) {
        guard let (slot, digest) = try await slot(of: set), case .committed = slot else { throw Self.noSuch(set) }
        let mark = SetMark(
            format: VaultFile.format,
            set: set,
            manifest: digest,
            at: VaultTime(now),
            evidence: evidence
        )
        _ = try await store.write(VaultFile.encode(mark), to: VaultLayout.mark(kind, of: set), when: .always)
        if kind != .damaged { try await store.delete(VaultLayout.mark(.damaged, of: set)) }
    }

    /// Takes all evidence for a set away, and records that it was seen to be damaged: until it is seen to be sound again,
    /// it stands for nothing. One whose manifest cannot be read says so itself.
    package func markDamaged(_ set: SetID, evidence: [String: String], at now: Instant) async throws(ReportableError) {
        try await clearMarks(of: set)
        do throws(ReportableError) {
            try await mark(set, .damaged, evidence: evidence, at: now)
        } catch  where [.vaultDamaged, .notFound].contains(error.code) {
            return
        }
    }

    func clearMarks(of set: SetID) async throws(ReportableError) {
        for kind in SetMark.Kind.allCases { try await store.delete(VaultLayout.mark(kind, of: set)) }
    }

    /// Throws `notFound` when there is no such set, or a prune has begun to delete it.
    package func pin(
        _ set: SetID,
        reason: String,
        until: Instant? = nil,
        at now: Instant
    ) async throws(ReportableError) {
        guard case .committed? = try await slot(of: set)?.0 else { throw Self.noSuch(set) }
        let pin = SetPin(
            format: VaultFile.format,
            set: set,
            at: VaultTime(now),
            reason: reason,
            until: until.map { VaultTime($0) }
        )
        _ = try await store.write(VaultFile.encode(pin), to: VaultLayout.pin(of: set), when: .always)
        guard try await store.facts(of: VaultLayout.pruning(of: set)) != nil else { return }
        try await unpin(set)
        throw ReportableError(.notFound, "the set \(set) is being pruned", hint: "Run slipway backup list.")
    }

    /// Why a set is pinned at this moment; nil when it is not. A pin that cannot be read holds.
    func holdingPin(of set: SetID, now: Instant) async throws(ReportableError) -> String? {
        let name = VaultLayout.pin(of: set)
        do throws(ReportableError) {
            guard let bytes = try await store.content(of: name, limit: VaultFile.limit) else { return nil }
            let pin = try VaultFile.decode(SetPin.self, from: bytes, of: name.text)
            guard pin.set == set else { throw VaultFile.damaged(name.text, "it is that of the set \(pin.set)") }
            return pin.holds(at: now) ? pin.reason : nil
        } catch  where error.code == .vaultDamaged {
            return "by a pin that cannot be read"
        }
    }

    package func unpin(_ set: SetID) async throws(ReportableError) {
        try await store.delete(VaultLayout.pin(of: set))
    }
}
