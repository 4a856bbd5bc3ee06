import Basics
import Interfaces

/// What a set is: written last, and never again. A set without it does not exist.
package struct SetManifest: Hashable, Sendable, Codable {
    /// The manifest of the set before it in its series, as it stood in the vault.
    package struct Link: Hashable, Sendable, Codable {
        package let set: SetID
        package let manifest: Digest

        package init(set: SetID, manifest: Digest) {
            self.set = set
            self.manifest = manifest
        }
    }

    package let format: Int
    package let vault: VaultID
    package let set: SetID
    /// What was backed up: a service, or `config`.
    package let subject: String
    package let previous: Link?
    /// The generation of the lease it was written under.
    package let lease: Int
    package let started: VaultTime
    /// The moment whose state it holds.
    package let captured: VaultTime
    package let committed: VaultTime
    /// Whose identities open it.
    package let recipients: [String]
    /// Of the programs and servers that made it.
    package let versions: [String: String]
    /// What tells this source from another, and what a restore has to know.
    package let identity: [String: String]
    package let objects: [SetObject]

    package var size: Int { objects.reduce(0) { $0 + $1.stored.size } }

    package func object(_ name: String) throws(ReportableError) -> SetObject {
        guard let object = objects.first(where: { $0.name == name }) else {
            throw ReportableError(.notFound, "the set \(set) has no object \(name.abridged)")
        }
        return object
    }
}

extension SetManifest {
    /// Most objects of a set.
    static let objectLimit = 5000

    /// What makes it no manifest of any set, in words. Sizes, names and texts come from whoever can write to the store.
    var flaw: String? {
        if format != VaultFile.format { return "it has format \(format)" }
        if objects.isEmpty { return "it names no object" }
        if objects.count > Self.objectLimit { return "it names more than \(Self.objectLimit) objects" }
        if let flaw = objects.lazy.compactMap(\.flaw).first { return flaw }
        // A store may tell names apart by more than their case, or not.
        if Set(objects.map { $0.name.lowercased() }).count < objects.count
            || Set(objects.map { $0.blob.lowercased() }).count < objects.count
        {
            return "two of its objects have one name"
        }
        if let previous, previous.set.series != set.series || previous.set.sequence >= set.sequence {
            return "it comes after \(previous.set), which cannot be"
        }
        if recipients.isEmpty, objects.contains(where: \.isEncrypted) { return "it is encrypted to nobody" }
        if subject.isEmpty || subject.utf8.count > 200 || lease < 1
            || recipients.contains(where: { $0.utf8.count > 4000 })
        {
            return "it says what no set would"
        }
        return Self.flaw(ofFacts: versions) ?? Self.flaw(ofFacts: identity)
    }

    /// Facts are free text, but not without end.
    static func flaw(ofFacts facts: [String: String]) -> String? {
        if facts.count > 1000 { return "more than 1,000 facts" }
        if facts.contains(where: { $0.key.isEmpty || $0.key.utf8.count > 200 || $0.value.utf8.count > 16_384 }) {
            return "a fact that is too long"
        }
        return nil
    }
}

/// What is where the manifest of a set belongs. A store gives this name away once, so that a set is either committed
/// or given up, whoever is late.
enum ManifestSlot: Hashable, Sendable {
    case committed(SetManifest)
    case abandoned(Abandonment)

    /// Stands for a manifest that may never come any more.
    struct Abandonment: Hashable, Sendable, Codable {
        let format: Int
        let set: SetID
        let abandoned: VaultTime
    }

    /// Throws `vaultDamaged` when the bytes are not those of the manifest of this set in this vault.
    static func decode(_ bytes: [UInt8], of set: SetID, in vault: VaultID) throws(ReportableError) -> ManifestSlot {
        let name = VaultLayout.manifest(of: set).text
        if let abandonment = try? VaultFile.decode(Abandonment.self, from: bytes, of: name), abandonment.set == set {
            return .abandoned(abandonment)
        }
        let manifest = try VaultFile.decode(SetManifest.self, from: bytes, of: name)
        if let flaw = manifest.flaw { throw VaultFile.damaged(name, flaw) }
        guard manifest.set == set else { throw VaultFile.damaged(name, "it is that of the set \(manifest.set)") }
        guard manifest.vault == vault else { throw VaultFile.damaged(name, "it is from the vault \(manifest.vault)") }
        return .committed(manifest)
    }
}
