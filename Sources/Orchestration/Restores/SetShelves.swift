import Basics
import StackModel
import Vault

/// The vaults of a release's stores, and what is in them.
struct SetShelves {
    struct Shelf {
        let store: StoreName
        let vault: Vault
        let catalogue: Catalogue
    }

    /// In the order of the spec.
    private(set) var all: [Shelf] = []
    /// The stores that could not be read.
    private(set) var unread: [UnreadStore] = []

    init(_ shelves: [Shelf] = []) {
        all = shelves
    }

    /// A store without a vault has nothing. Throws `usage` when `only` names none of the stores.
    init(of release: Release, only: StoreName?, _ opener: OpenVault) async throws(ReportableError) {
        let stores = release.stack.stores.filter { only == nil || $0.name == only }
        if let only, stores.isEmpty {
            let names = release.stack.stores.map(\.name.text).joined(separator: ", ")
            throw ReportableError(
                .usage,
                "\(release.stack.id) has no store \(only)",
                hint: names.isEmpty ? "It declares none in `stores`." : "It has \(names)."
            )
        }
        for store in stores {
            do throws(ReportableError) {
                guard let vault = try await opener.findAny(store) else { continue }
                all.append(Shelf(store: store.name, vault: vault, catalogue: try await vault.catalogue()))
            } catch {
                unread.append(UnreadStore(store: store.name, failure: error))
            }
        }
    }
}
