import Basics
import Interfaces
import StackModel

/// What there is in a vault, as its store tells it. Whoever keeps a copy can make it anew from here.
package struct Catalogue: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let manifest: SetManifest
        /// Of the manifest as it stands in the vault: what the next set of the series names.
        package let digest: Digest
        package let verified: SetMark?
        package let proven: SetMark?
        package let damaged: SetMark?
        package let pin: SetPin?
        /// There is a pin that cannot be read. It holds.
        package let hasUnreadablePin: Bool

        package var set: SetID { manifest.set }
    }

    /// A set whose manifest is there and is none.
    package struct Broken: Hashable, Sendable {
        package let set: SetID
        package let why: String
    }

    /// The committed sets, by series and number.
    package fileprivate(set) var entries: [Entry] = []
    package fileprivate(set) var broken: [Broken] = []
    /// Begun and not committed: being written, or left behind.
    package fileprivate(set) var unfinished: [SetID] = []
    /// What is in no folder of a set.
    package let strangers: [BlobName]

    package subscript(set: SetID) -> Entry? { entries.first { $0.set == set } }
}

extension Vault {
    /// Reads the manifest of every set, of one series or of all. A damaged one is named and stops nothing; a store that cannot be
    /// read does, because decisions on half of a list are wrong.
    package func catalogue(of series: SetSeries? = nil) async throws(ReportableError) -> Catalogue {
        let folders = try await folders(of: series)
        let beside = try await CatalogueFiles(self, series)
        let found = try await folders.ids.concurrentMap { (set) throws(ReportableError) in
            try await find(set, folders, beside)
        }
        var catalogue = Catalogue(strangers: folders.strangers)
        for found in found {
            switch found {
            case .committed(let entry): catalogue.entries.append(entry)
            case .broken(let broken): catalogue.broken.append(broken)
            case .unfinished(let set): catalogue.unfinished.append(set)
            case .abandoned: continue
            }
        }
        return catalogue
    }

    private enum Found: Sendable {
        case committed(Catalogue.Entry)
        case broken(Catalogue.Broken)
        case unfinished(SetID)
        case abandoned
    }

    private func find(
        _ set: SetID,
        _ folders: SetFolders,
        _ beside: CatalogueFiles
    ) async throws(ReportableError) -> Found {
        do throws(ReportableError) {
            switch try await listedSlot(of: set, folders) {
            case (.committed(let manifest), let digest)?: return .committed(try await beside.entry(manifest, digest))
            case (.abandoned, _)?: return .abandoned
            case nil: return .unfinished(set)
            }
        } catch  where error.code == .vaultDamaged {
            return .broken(Catalogue.Broken(set: set, why: error.message))
        }
    }

    private func listedSlot(
        of set: SetID,
        _ folders: SetFolders
    ) async throws(ReportableError) -> (ManifestSlot, Digest)? {
        guard folders.hasManifest(set) else { return nil }
        if let slot = try await slot(of: set) { return slot }
        // It was there when the store listed it. Either it was pruned meanwhile, or the store is not to be relied on.
        guard try await store.facts(of: VaultLayout.manifest(of: set)) == nil else {
            throw VaultFile.damaged(VaultLayout.manifest(of: set).text, "the store lists it and cannot read it")
        }
        return nil
    }
}

/// The files beside the sets: only what is listed is asked for.
private struct CatalogueFiles: Sendable {
    private let store: any BlobStore
    private let names: Set<BlobName>

    init(_ vault: Vault, _ series: SetSeries?) async throws(ReportableError) {
        let below = series.map { "\($0)/" } ?? ""
        var names = try await vault.store.list(VaultLayout.pins + below).map(\.name)
        for kind in SetMark.Kind.allCases {
            names += try await vault.store.list(VaultLayout.marks(kind) + below).map(\.name)
        }
        self.store = vault.store
        self.names = Set(names)
    }

    func entry(_ manifest: SetManifest, _ digest: Digest) async throws(ReportableError) -> Catalogue.Entry {
        let pinName = VaultLayout.pin(of: manifest.set)
        let pin = try await file(SetPin.self, pinName).flatMap { $0.set == manifest.set ? $0 : nil }
        return Catalogue.Entry(
            manifest: manifest,
            digest: digest,
            verified: try await mark(.verified, manifest.set, digest),
            proven: try await mark(.proven, manifest.set, digest),
            damaged: try await mark(.damaged, manifest.set, digest),
            pin: pin,
            hasUnreadablePin: pin == nil && names.contains(pinName)
        )
    }

    private func mark(_ kind: SetMark.Kind, _ set: SetID, _ digest: Digest) async throws(ReportableError) -> SetMark? {
        let mark = try await file(SetMark.self, VaultLayout.mark(kind, of: set))
        return mark.flatMap { $0.set == set && $0.manifest == digest ? $0 : nil }
    }

    /// nil also for a file that is damaged: it proves nothing.
    private func file<Body: Codable>(_ type: Body.Type, _ name: BlobName) async throws(ReportableError) -> Body? {
        guard names.contains(name) else { return nil }
        do throws(ReportableError) {
            let bytes = try await store.content(of: name, limit: VaultFile.limit)
            guard let bytes else { return nil }
            return try VaultFile.decode(type, from: bytes, of: name.text)
        } catch  where error.code == .vaultDamaged {
            return nil
        }
    }
}
