import Basics
import Interfaces

/// What a store lists below `sets/`, set by set. No content is read.
struct SetFolders: Sendable {
    /// By set, the blobs in its folder by their last word.
    private(set) var blobs: [SetID: [String: BlobFacts]] = [:]
    /// What is in no folder of a set.
    private(set) var strangers: [BlobName] = []

    init(_ list: [BlobFacts]) {
        for facts in list {
            let text = facts.name.text
            guard text.hasPrefix(VaultLayout.sets), let slash = text.lastIndex(of: "/"),
                let set = SetID(String(text[..<slash].dropFirst(VaultLayout.sets.count)))
            else {
                strangers.append(facts.name)
                continue
            }
            blobs[set, default: [:]][String(text[text.index(after: slash)...])] = facts
        }
    }

    var ids: [SetID] { blobs.keys.sorted() }

    func hasManifest(_ set: SetID) -> Bool { blobs[set]?[VaultLayout.manifest] != nil }
}

extension Vault {
    func folders(of series: SetSeries? = nil) async throws(ReportableError) -> SetFolders {
        SetFolders(try await store.list(series.map { VaultLayout.folder($0) } ?? VaultLayout.sets))
    }

    /// What is in the place of a set's manifest, and its digest; nil when nothing is. Throws `vaultDamaged` when it is
    /// nothing that belongs there.
    func slot(of set: SetID) async throws(ReportableError) -> (ManifestSlot, Digest)? {
        guard let bytes = try await store.content(of: VaultLayout.manifest(of: set), limit: VaultFile.limit) else {
            return nil
        }
        return (try ManifestSlot.decode(bytes, of: set, in: description.id), Digest(of: bytes))
    }

    /// The manifest of a committed set. Throws `notFound` when there is no such set, `vaultDamaged` when it cannot be read.
    package func manifest(of set: SetID) async throws(ReportableError) -> SetManifest {
        guard case .committed(let manifest)? = try await slot(of: set)?.0 else { throw Self.noSuch(set) }
        return manifest
    }

    static func noSuch(_ set: SetID) -> ReportableError {
        ReportableError(.notFound, "there is no set \(set) in this vault", hint: "Run slipway backup list.")
    }
}
