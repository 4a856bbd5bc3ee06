import Basics
import Interfaces

extension BlobStore {
    /// The whole of a small blob; nil when there is none. Throws `vaultDamaged` when it is longer than `limit`.
    func content(of name: BlobName, limit: Int) async throws(ReportableError) -> [UInt8]? {
        do throws(ReportableError) {
            return try await get(name, from: 0).collect(limit: limit)
        } catch  where error.code == .notFound {
            return nil
        } catch  where error.code == .vaultDamaged {
            throw error.during(name.text)
        }
    }

    /// Stores a small blob. Throws `storeFailed` when the store has kept another number of bytes than it was given; a new blob
    /// is then taken back.
    func write(
        _ bytes: [UInt8],
        to name: BlobName,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        let facts = try await put(name, ByteStream(bytes: bytes), when: condition)
        guard facts.size == bytes.count else {
            if condition == .absent { try? await delete(name) }
            throw ReportableError(.storeFailed, "the store kept \(facts.size) of the \(bytes.count) bytes of \(name)")
        }
        return facts
    }
}
