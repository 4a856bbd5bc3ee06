import Basics
import StackModel
import Vault

/// The vault that a person has named, and those of the stack's other stores as far as they are there: a policy may send
/// its sets to one of them alone.
struct RebuildShelves {
    let named: SetShelves.Shelf
    private(set) var others: [SetShelves.Shelf] = []
    private(set) var warnings: [String] = []

    var all: [SetShelves.Shelf] { [named] + others }

    /// Throws `notFound` when there is no vault.
    init(at address: StoreAddress, _ opener: OpenVault) async throws(ReportableError) {
        let store = Store(name: StoreAddress.name, location: address.location)
        do throws(ReportableError) {
            let vault = try await Vault.open(try await opener.doors.store(store))
            named = SetShelves.Shelf(store: store.name, vault: vault, catalogue: try await vault.catalogue())
        } catch {
            throw error.during("the vault \(address)")
        }
    }

    mutating func add(storesOf stack: Stack, _ opener: OpenVault) async {
        for store in stack.stores {
            do throws(ReportableError) {
                guard let vault = try await opener.findAny(store),
                    !all.contains(where: { $0.vault.description.id == vault.description.id })
                else { continue }
                let catalogue = try await vault.catalogue()
                others.append(SetShelves.Shelf(store: store.name, vault: vault, catalogue: catalogue))
            } catch {
                warnings.append("the store \(store.name) was not read: \(error.message)")
            }
        }
    }

    /// The stacks of which there is a configuration.
    var stacks: [StackID] {
        Set(named.catalogue.entries.filter { $0.manifest.subject == "config" }.map(\.set.series.stack)).sorted()
    }

    /// Those of a subject that hold the state of a wished moment: the newest first, of equal ones those in the named vault.
    func sets(of subject: String, of stack: StackID, _ wish: RebuildWish) -> [(SetShelves.Shelf, Catalogue.Entry)] {
        all.flatMap { shelf in
            shelf.catalogue.entries.reversed().filter { entry in
                entry.set.series.stack == stack && entry.manifest.subject == subject
                    && wish.includes(entry.manifest.captured.instant)
            }.map { (shelf, $0) }
        }.enumerated().sorted { left, right in
            let (old, new) = (left.element.1.manifest.captured, right.element.1.manifest.captured)
            return old == new ? left.offset < right.offset : old > new
        }.map(\.element)
    }

    /// Sets newer than the chosen one whose manifests are damaged.
    func passedOver(_ chosen: Catalogue.Entry) -> [String] {
        all.flatMap(\.catalogue.broken).filter { $0.set.series == chosen.set.series && $0.set > chosen.set }
            .map { "the newer set \($0.set) is damaged and is passed over: \($0.why)" }
    }
}
