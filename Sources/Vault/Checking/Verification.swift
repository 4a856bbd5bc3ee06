import Basics
import Interfaces

/// What is wrong with a set, and where.
package struct SetFlaw: Hashable, Sendable {
    package let set: SetID
    /// The last word of the blob's name; nil for the set as a whole.
    package let blob: String?
    package let what: String

    package var text: String { "\(blob.map { "\($0) of " } ?? "")the set \(set) \(what)" }
}

package struct SetVerdict: Hashable, Sendable {
    package let set: SetID
    /// nil when it cannot be read.
    package let manifest: SetManifest?
    package let flaws: [SetFlaw]
    /// Bytes that were read and hashed.
    package let size: Int

    package var isSound: Bool { flaws.isEmpty }
}

extension Vault {
    /// Reads and hashes everything that a set has stored; needs no key. Throws `notFound` when there is no such set, and
    /// `storeFailed` when the store cannot be read, which says nothing of the set.
    package func verify(_ set: SetID) async throws(ReportableError) -> SetVerdict {
        let manifest: SetManifest
        do throws(ReportableError) {
            manifest = try await self.manifest(of: set)
        } catch  where error.code == .vaultDamaged {
            let flaw = SetFlaw(set: set, blob: VaultLayout.manifest, what: "cannot be read: \(error.message)")
            return SetVerdict(set: set, manifest: nil, flaws: [flaw], size: 0)
        }
        var (flaws, size) = ([SetFlaw](), 0)
        for object in manifest.objects {
            if let what = try await flaw(in: object, of: set, &size) {
                flaws.append(SetFlaw(set: set, blob: object.blob, what: what))
            }
        }
        let known = manifest.objects.map(\.blob) + [VaultLayout.manifest]
        let there = SetFolders(try await store.list(VaultLayout.folder(set))).blobs[set] ?? [:]
        for word in there.keys.sorted() where !known.contains(word) {
            flaws.append(SetFlaw(set: set, blob: word, what: "is not in its manifest"))
        }
        return SetVerdict(set: set, manifest: manifest, flaws: flaws, size: size)
    }

    private func flaw(in object: SetObject, of set: SetID, _ size: inout Int) async throws(ReportableError) -> String? {
        do throws(ReportableError) {
            let stream = try await store.get(VaultLayout.blob(object.blob, of: set), from: 0)
            let checked = stream.checked(against: object.stored, "it")
            while let piece = try await checked.next() { size += piece.count }
            return nil
        } catch  where error.code == .notFound {
            return "is missing"
        } catch  where error.code == .vaultDamaged {
            return "is damaged: \(error.message)"
        }
    }

    /// What is wrong with the files for people: they are to be as they were when the vault was made.
    package func verifyGuides() async throws(ReportableError) -> [String] {
        var flaws: [String] = []
        for (name, digest) in description.guides.sorted(by: { $0.key < $1.key }) {
            guard let blob = BlobName(name) else { continue }
            let bytes: [UInt8]?
            do throws(ReportableError) {
                bytes = try await store.content(of: blob, limit: VaultFile.limit)
            } catch  where error.code == .vaultDamaged {
                bytes = []
            }
            guard let bytes else {
                flaws.append("\(name) is missing")
                continue
            }
            if Digest(of: bytes) != digest { flaws.append("\(name) is not what it was when the vault was made") }
        }
        return flaws
    }
}
