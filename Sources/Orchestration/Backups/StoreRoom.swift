import Basics
import Interfaces
import StackModel
import Vault

/// Whether a store has room for a set, as far as it can tell. A disk that fills up while a set is written costs a night's
/// backup, and whatever else is on it.
struct StoreRoom {
    let store: Store
    let vault: Vault

    /// - Parameter manifest: of the set itself, or of the last one of its series, which the next is about as large as.
    /// Throws `storeFailed` when less is free.
    func check(for manifest: SetManifest) async throws(ReportableError) {
        guard let free = try await vault.store.free(), free < manifest.size else { return }
        throw ReportableError(
            .storeFailed,
            "the store \(store.name) has \(ByteCount(bytes: free)) free, and \(manifest.set) takes "
                + "\(ByteCount(bytes: manifest.size)): another set of that size has no room",
            hint: "Make room\(place), or let fewer sets be kept: see `slipway backup prune --dry-run`."
        )
    }

    private var place: String {
        switch store.location {
        case .directory(let path): " on the disk of \(path)"
        case .s3: ""
        case .sftp(let host, _, _, let path): " on the disk of \(path) on \(host)"
        }
    }
}
