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

    mutating func add(_ stores: [Store], _ opener: OpenVault) async {
        for store in stores {
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

    /// What nobody wanted to be looked into.
    mutating func pass(by stores: [Store]) {
        for store in stores {
            let place = StoreAddress(store.location)
            warnings.append("the store \(store.name) (\(place)) was not looked into: nobody has said yes to that")
        }
    }

    /// The stacks of which there is a configuration.
    var stacks: [StackID] {
        Set(named.catalogue.entries.filter { $0.manifest.subject == "config" }.map(\.set.series.stack)).sorted()
    }

    /// The configurations of a stack, the newest first.
    func configurations(of stack: StackID, _ wish: RebuildWish) -> [Catalogue.Entry] {
        named.catalogue.entries.filter { entry in
            entry.set.series.stack == stack && entry.manifest.subject == "config"
                && wish.includes(entry.manifest.captured.instant)
        }.sorted { ($0.manifest.captured, $0.set) > ($1.manifest.captured, $1.set) }
    }

    /// What the data of a service can be made of; the sets of the named vault first. A copy of a cluster counts twice, as far as
    /// its log leads and alone: the log may be damaged.
    func data(of service: ServiceName, of stack: StackID, _ wish: RebuildWish) -> [ChosenSet] {
        all.flatMap { shelf in
            let own = shelf.catalogue.entries.filter { entry in
                entry.set.series.stack == stack && entry.manifest.subject == service.text
            }
            return own.reversed().flatMap { entry in
                let alone = ChosenSet(service: service, store: shelf.store, entry: entry, vault: shelf.vault)
                return alone.broughtFurther(in: shelf.catalogue, until: wish.until) + [alone]
            }
        }.filter { wish.includes($0.state) }
    }

    /// Sets newer than the chosen one whose manifests are damaged.
    func passedOver(_ chosen: Catalogue.Entry) -> [String] {
        all.flatMap(\.catalogue.broken).filter { $0.set.series == chosen.set.series && $0.set > chosen.set }
            .map { "the newer set \($0.set) is damaged and is passed over: \($0.why)" }
    }
}
