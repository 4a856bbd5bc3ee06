import Basics
import DataSources
import Interfaces
import Synchronization
import Vault

/// What the objects of a set hold, opened and checked as it is read. It knows which objects were read, so that the rest can
/// be, too: a set is only known to be good when all of it was seen.
final class SetContent: Sendable {
    let manifest: SetManifest
    let vault: Vault
    private let identity: AgeIdentity
    private let seen = Mutex<Set<String>>([])

    init(of manifest: SetManifest, in vault: Vault, by identity: AgeIdentity) {
        self.manifest = manifest
        self.vault = vault
        self.identity = identity
    }

    /// Throws `notFound` when the set has no such object.
    func object(_ name: String) async throws(ReportableError) -> ByteStream {
        let object = try manifest.object(name)
        seen.withLock { _ = $0.insert(name) }
        return try await vault.read(object, of: manifest.set, by: [identity])
    }

    /// Throws `vaultDamaged` when the set does not say what it holds.
    func facts() async throws(ReportableError) -> DataFacts {
        seen.withLock { _ = $0.insert(FactsObject.name) }
        guard let facts = try await FactsObject.read(from: manifest, in: vault, by: identity) else {
            throw ReportableError(.vaultDamaged, "the set \(manifest.set) does not say what it holds")
        }
        return facts
    }

    /// Reads what nobody has asked for.
    func readRest() async throws(ReportableError) {
        for object in manifest.objects where !seen.withLock({ $0.contains(object.name) }) {
            let content = try await self.object(object.name)
            while try await content.next() != nil {}
        }
    }
}
