import Basics
import Ledger
import StackModel
import Vault

/// Keeps single sets from being pruned, in every store that has them: a copy has a name of its own, and is the same set.
package struct BackupPins: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// Takes the place of an earlier pin. Returns the stores that have the set.
    /// Throws `usage` when no store has it.
    package func pin(_ set: String, of stack: StackID, reason: String, until: Instant? = nil)
        async throws(ReportableError) -> [StoreName]
    {
        let now = dependencies.now()
        return try await eachStore(with: set, of: stack) { (vault, set) throws(ReportableError) in
            try await vault.pin(set, reason: reason, until: until, at: now)
        }
    }

    /// Returns the stores that have the set, pinned or not. Throws `usage` when none has it.
    package func unpin(_ set: String, of stack: StackID) async throws(ReportableError) -> [StoreName] {
        try await eachStore(with: set, of: stack) { (vault, set) throws(ReportableError) in try await vault.unpin(set) }
    }

    private func eachStore(
        with name: String,
        of stack: StackID,
        _ work: (Vault, SetID) async throws(ReportableError) -> Void
    ) async throws(ReportableError) -> [StoreName] {
        let release = try await dependencies.currentRelease(of: stack)
        guard let set = SetID(name), set.series.stack == stack else { throw Self.unknown(name, stack) }
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        var found: [(store: StoreName, vault: Vault, entries: [Catalogue.Entry])] = []
        for store in release.stack.stores {
            guard let vault = try await opener.findAny(store) else { continue }
            found.append((store.name, vault, try await vault.catalogue(of: set.series).entries))
        }
        guard let meant = found.flatMap(\.entries).first(where: { $0.set == set })?.manifest else {
            throw Self.unknown(name, stack)
        }
        var stores: [StoreName] = []
        for (store, vault, entries) in found {
            let own = entries.filter { $0.set == set }
            let same = own.isEmpty ? entries.filter { $0.manifest.isCopy(of: meant) } : own
            for entry in same { try await work(vault, entry.set) }
            if !same.isEmpty { stores.append(store) }
        }
        return stores
    }

    private static func unknown(_ set: String, _ stack: StackID) -> ReportableError {
        ReportableError(
            .usage,
            "\(stack) has no set \(set.abridged)",
            hint: "See them with `slipway backup list \(stack)`."
        )
    }
}

extension SetManifest {
    /// It holds the same bytes of the same moment, under another name in another vault.
    fileprivate func isCopy(of other: SetManifest) -> Bool {
        func content(_ manifest: SetManifest) -> [String: ByteSum] {
            Dictionary(manifest.objects.map { ($0.name, $0.plain) }) { first, _ in first }
        }
        return set.series == other.set.series && captured == other.captured && content(self) == content(other)
    }
}
