import Basics
import Ledger
import StackModel
import Vault

/// Keeps single sets from being pruned, in every store that has them.
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
        var stores: [StoreName] = []
        for store in release.stack.stores {
            guard let vault = try await opener.findAny(store),
                try await vault.catalogue(of: set.series)[set] != nil
            else { continue }
            try await work(vault, set)
            stores.append(store.name)
        }
        guard !stores.isEmpty else { throw Self.unknown(name, stack) }
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
