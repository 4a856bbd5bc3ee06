import Basics
import Ledger
import StackModel
import Vault

/// Which vault a store is known to hold. A disk that is not mounted leaves an empty directory behind: taken for a new
/// store, it would fill the disk below it with sets, and nobody would notice that the old ones are away.
struct KnownVault {
    private let ledger: Ledger
    private let store: Store
    private let id: String?

    init(of store: Store, in ledger: Ledger) async throws(ReportableError) {
        self.ledger = ledger
        self.store = store
        self.id = try await ledger.knownVault(at: store.location)
    }

    /// Sees that what is there, nil for nothing, is what is known. Throws `needsDecision` when it is not.
    func check(_ there: VaultID?) throws(ReportableError) {
        guard let id, there?.description != id else { return }
        guard let there else {
            throw ReportableError(
                .needsDecision,
                "the store \(store.name) held the vault \(id), and nothing is there now",
                hint: "\(store.question) Once it is lost for good, `slipway backup run --new-vault` begins a new one."
            )
        }
        throw ReportableError(
            .needsDecision,
            "the store \(store.name) held the vault \(id), and now holds another one, \(there)",
            hint: "\(store.question) If it is right so, `slipway backup run --new-vault` goes on with that one."
        )
    }

    func remember(_ there: VaultID, at now: Instant) async throws(ReportableError) {
        guard there.description != id else { return }
        try await ledger.rememberVault(there.description, at: store.location, seen: now)
    }
}

extension Store {
    /// What to look at first.
    fileprivate var question: String {
        switch location {
        case .directory(let path): "Is the disk of \(path) mounted?"
        case .s3(_, let bucket, _, let prefix):
            "Is it still the right bucket: \(bucket)\(prefix.map { ", \($0)" } ?? "")?"
        case .sftp(let host, _, _, let path): "Is the disk of \(path) on \(host) mounted?"
        }
    }
}
