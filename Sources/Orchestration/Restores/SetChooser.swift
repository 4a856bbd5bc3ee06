import Basics
import Planning
import StackModel
import Vault

/// Finds the sets that a person means.
struct SetChooser {
    let release: Release
    let shelves: SetShelves

    private var stack: StackID { release.stack.id }

    /// One set for each service. Throws `usage` where the wish makes no sense for this stack, `notFound` when there is no
    /// such set, `vaultDamaged` when there is none left of it.
    func choose(_ wish: RestoreWish) throws(ReportableError) -> [ChosenSet] {
        for service in wish.services.sorted() where release.stack.service(service) == nil {
            throw ReportableError(.usage, "there is no service \(service) in \(stack)", hint: services)
        }
        if let moment = wish.at { return [try MomentChooser(release: release, shelves: shelves).choose(moment, wish)] }
        if let name = wish.set { return [try named(name, wish)] }
        if let policy = wish.policy { return [try newest(of: policy, wish)] }
        guard !wish.services.isEmpty else {
            throw ReportableError(
                .usage,
                "restore what? nothing is named",
                hint: "Name a service, a policy or a set: --service, --policy or --from-set. "
                    + "`slipway backup list` shows the sets."
            )
        }
        var chosen: [ChosenSet] = []
        for service in wish.services.sorted() { chosen.append(try newest(of: service)) }
        return chosen
    }

    /// Sets that are newer than the chosen ones and cannot be read.
    func passedOver(for chosen: [ChosenSet]) -> [String] {
        chosen.flatMap { set in
            let catalogues = shelves.all.filter { $0.store == set.store }.map(\.catalogue)
            let broken = catalogues.flatMap(\.broken).map { ($0.set, $0.why) }
            let damaged = catalogues.flatMap(\.entries).filter { $0.damaged != nil }.map {
                ($0.set, "it was not what its manifest says when it was last read")
            }
            return (broken + damaged).filter { other, _ in
                other.series == set.manifest.set.series && other > set.manifest.set
            }.map { other, why in "the newer set \(other) in \(set.store) is damaged and was passed over: \(why)" }
        }
    }

    /// What a log knows that is newer than the chosen sets. The set alone is what was asked for: the log may lead to the very
    /// mistake that is to be undone.
    func ledOn(from chosen: [ChosenSet]) -> [String] {
        chosen.filter { $0.replay == nil }.compactMap { set in
            let shelf = shelves.all.first { $0.store == set.store }
            guard let shelf, let further = set.broughtFurther(in: shelf.catalogue, until: nil).first else { return nil }
            return "a log leads on from \(set.manifest.set) to \(VaultTime(further.state)): what was written to "
                + "\(set.service) after the set comes back with --service \(set.service) --at \(VaultTime(further.state))"
        }
    }

    private var services: String {
        "The stack has \(release.stack.services.map(\.name.text).joined(separator: ", "))."
    }

    private func named(_ name: String, _ wish: RestoreWish) throws(ReportableError) -> ChosenSet {
        guard let set = SetID(name) else {
            throw ReportableError(
                .usage,
                "\(name.abridged) is not the name of a set",
                hint: "Copy it from `slipway backup list`: \(stack)/POLICY/TIME-NUMBER."
            )
        }
        guard set.series.stack == stack else {
            throw ReportableError(.usage, "\(set) is a set of \(set.series.stack), not of \(stack)")
        }
        if let policy = wish.policy, policy != set.series.policy.text {
            throw ReportableError(.usage, "\(set) was made by the policy \(set.series.policy), not by \(policy)")
        }
        if let found = copy(of: set) { return try checked(found.entry, found.shelf, wish.services) }
        for shelf in shelves.all {
            guard let broken = shelf.catalogue.broken.first(where: { $0.set == set }) else { continue }
            throw ReportableError(.vaultDamaged, broken.why, hint: "Choose another set: `slipway backup list`.")
        }
        throw none("there is no set \(set) of \(stack)")
    }

    /// In the first store that has it; where it is known to be damaged there, one that holds the same in another store.
    private func copy(of set: SetID) -> (entry: Catalogue.Entry, shelf: SetShelves.Shelf)? {
        let named = shelves.all.lazy.compactMap { shelf in shelf.catalogue[set].map { (entry: $0, shelf: shelf) } }
            .first
        guard let named, named.entry.damaged != nil else { return named }
        let manifest = named.entry.manifest
        for shelf in shelves.all {
            let same = shelf.catalogue.entries.last { other in
                other.damaged == nil && other.set.series == set.series && other.manifest.captured == manifest.captured
                    && other.manifest.identity == manifest.identity
            }
            if let same { return (same, shelf) }
        }
        return named
    }

    private func newest(of policy: String, _ wish: RestoreWish) throws(ReportableError) -> ChosenSet {
        guard let found = newest(where: { $0.set.series.policy.text == policy }) else {
            // Says which policies there are when it is none of them.
            _ = try BackupPolicies(release: release).named(policy)
            throw none("the policy \(policy) of \(stack) has made no set yet")
        }
        return try checked(found.entry, found.shelf, wish.services)
    }

    private func newest(of service: ServiceName) throws(ReportableError) -> ChosenSet {
        guard let found = newest(where: { $0.manifest.subject == service.text }) else {
            throw none("there is no set of \(service) of \(stack)")
        }
        return try checked(found.entry, found.shelf, [service])
    }

    /// A damaged one only where there is no other: reading it will tell what is wrong.
    private func newest(where isWanted: (Catalogue.Entry) -> Bool) -> (entry: Catalogue.Entry, shelf: SetShelves.Shelf)?
    {
        latest { isWanted($0) && $0.damaged == nil } ?? latest(where: isWanted)
    }

    /// The one that holds the latest state. A copy in a store that comes later is only taken where there is no other.
    private func latest(where isWanted: (Catalogue.Entry) -> Bool) -> (entry: Catalogue.Entry, shelf: SetShelves.Shelf)?
    {
        var best: (entry: Catalogue.Entry, shelf: SetShelves.Shelf)?
        for shelf in shelves.all {
            for entry in shelf.catalogue.entries where entry.set.series.stack == stack && isWanted(entry) {
                guard let now = best else {
                    best = (entry, shelf)
                    continue
                }
                let isSameShelf = now.shelf.store == shelf.store
                let (old, new) = (now.entry.manifest.captured.instant, entry.manifest.captured.instant)
                if new > old || (new == old && isSameShelf && entry.set > now.entry.set) { best = (entry, shelf) }
            }
        }
        return best
    }

    private func checked(_ entry: Catalogue.Entry, _ shelf: SetShelves.Shelf, _ wanted: Set<ServiceName>)
        throws(ReportableError) -> ChosenSet
    {
        let subject = entry.manifest.subject
        guard subject != "config" else {
            throw ReportableError(
                .usage,
                "\(entry.set) holds the configuration of a stack, and `slipway restore` puts back data of services",
                hint: "Go back to an earlier release with `slipway rollback`. RESTORE.md in the vault says how to read "
                    + "what the set holds."
            )
        }
        if let log = LogSet(entry.manifest) {
            throw ReportableError(
                .usage,
                "\(entry.set) is a part of a log, up to \(VaultTime(log.until)), and nothing by itself",
                hint: "Say the moment to go back to: --at."
            )
        }
        guard let service = ServiceName(subject), release.stack.service(service) != nil else {
            throw ReportableError(.usage, "\(entry.set) is of \(subject), which \(stack) does not have", hint: services)
        }
        guard wanted.isEmpty || wanted == [service] else {
            let names = wanted.sorted().map(\.text).joined(separator: ", ")
            throw ReportableError(.usage, "\(entry.set) is a set of \(service), not of \(names)")
        }
        return ChosenSet(service: service, store: shelf.store, entry: entry, vault: shelf.vault)
    }

    private func none(_ message: String) -> ReportableError {
        guard let first = shelves.unread.first else {
            return ReportableError(.notFound, message, hint: "See what there is with `slipway backup list`.")
        }
        return ReportableError(
            first.failure.code,
            "\(message) in the stores that could be read; \(first.store) could not: \(first.failure.message)",
            hint: first.failure.hint,
            details: first.failure.details
        )
    }
}
