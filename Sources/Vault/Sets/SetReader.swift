import Basics
import Interfaces

extension Vault {
    /// The plain bytes of an object. The stream ends only when the stored and the plain bytes are those of the manifest; it
    /// throws `vaultDamaged` otherwise, so nothing that was read is to be trusted before its end. Throws `secretFailed` when
    /// none of the identities opens it.
    package func read(
        _ object: SetObject,
        of set: SetID,
        by identities: [AgeIdentity]
    ) async throws(ReportableError) -> ByteStream {
        let what = "\(object.blob) of the set \(set)"
        let blob = try await open(object, of: set)
        let stored = blob.checked(against: object.stored, what)
        var plain = stored
        for codec in object.codecs.reversed() {
            switch codec {
            case .age: plain = plain.decrypted(by: identities)
            case .zstd: plain = plain.decompressed(limit: object.plain.size)
            }
        }
        let checked = plain.checked(against: object.plain, "the content of \(what)")
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in
            do throws(ReportableError) {
                if let piece = try await checked.next() { return piece }
                // What lies behind the end of the codecs belongs to what was hashed, too.
                while try await stored.next() != nil {}
                return nil
            } catch {
                // A header that was changed looks like one for somebody else.
                if error.code == .secretFailed, isMeant(for: identities) { while try await stored.next() != nil {} }
                guard error.code == .vaultDamaged, !error.message.contains(what) else { throw error }
                throw error.during(what)
            }
        }
    }

    private func isMeant(for identities: [AgeIdentity]) -> Bool {
        identities.contains { identity in
            identity.recipient.map { description.recipients.contains($0.description) } ?? false
        }
    }

    private func open(_ object: SetObject, of set: SetID) async throws(ReportableError) -> ByteStream {
        do throws(ReportableError) {
            return try await store.get(VaultLayout.blob(object.blob, of: set), from: 0)
        } catch  where error.code == .notFound {
            throw ReportableError(.vaultDamaged, "\(object.blob) of the set \(set) is missing")
        }
    }
}
