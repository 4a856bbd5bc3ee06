import Basics
import Interfaces
import StackModel

/// Where backup sets live: files over a store, in a form that stock tools can open (docs/design/vault-format.md). It knows
/// no stacks but by their names, and has no clock: whoever calls says what time it is.
package struct Vault: Sendable {
    package let store: any BlobStore
    package let description: VaultDescription

    /// Makes a vault in an empty store, readable for the identities of these recipients. Throws `storeConflict` when there is
    /// a vault, or something else. What an interrupted attempt left is made whole.
    package static func create(
        in store: any BlobStore,
        recipients: [String],
        id: VaultID = .random(),
        now: Instant
    ) async throws(ReportableError) -> Vault {
        for recipient in recipients { _ = try AgeRecipient(recipient) }
        let guides = [VaultLayout.guide: RestoreGuide.text, VaultLayout.script: RestoreScript.text]
        let known = guides.keys + [VaultLayout.description]
        if let stranger = try await store.list("").first(where: { !known.contains($0.name) }) {
            throw occupied("it holds \(stranger.name)")
        }
        guard try await store.facts(of: VaultLayout.description) == nil else { throw occupied("it is a vault") }
        for (name, text) in guides { _ = try await store.write(Array(text.utf8), to: name, when: .always) }
        let description = VaultDescription(
            format: VaultFile.format,
            id: id,
            created: VaultTime(now),
            recipients: recipients,
            minimumReader: VaultFile.format,
            guides: Dictionary(uniqueKeysWithValues: guides.map { ($0.key.text, Digest(of: $0.value)) })
        )
        // Last: without it there is no vault.
        _ = try await store.write(VaultFile.encode(description), to: VaultLayout.description, when: .absent)
        return try await open(store)
    }

    /// Throws `notFound` when there is no vault, `storeFailed` when a newer slipway made it, `vaultDamaged` when its description
    /// cannot be read.
    package static func open(_ store: any BlobStore) async throws(ReportableError) -> Vault {
        guard let bytes = try await store.content(of: VaultLayout.description, limit: VaultFile.limit) else {
            throw ReportableError(
                .notFound,
                "there is no vault in this store: it has no \(VaultLayout.description)",
                hint: "A vault is made by the first backup to a store; look whether the store is the right one."
            )
        }
        let name = VaultLayout.description.text
        let description = try VaultFile.decode(VaultDescription.self, from: bytes, of: name)
        guard description.minimumReader <= VaultFile.format else {
            throw ReportableError(
                .storeFailed,
                "this vault asks for a slipway that reads format \(description.minimumReader), and this one reads up to "
                    + "\(VaultFile.format)",
                hint: "Use the version of slipway that wrote it, or a newer one."
            )
        }
        guard description.format == VaultFile.format else {
            throw VaultFile.damaged(name, "there is no format \(description.format)")
        }
        return Vault(store: store, description: description)
    }

    private static func occupied(_ why: String) -> ReportableError {
        ReportableError(
            .storeConflict,
            "cannot make a vault here: \(why)",
            hint: "Use another directory or prefix, or the vault that is there."
        )
    }
}
