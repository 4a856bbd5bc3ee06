import Basics

/// A place that keeps named blobs: a directory, a bucket, an SFTP server. It knows nothing of backups.
///
/// A blob is immutable once it is there: it appears whole or not at all, and is replaced only where the caller says so.
/// Every store passes the same conformance suite (`Tests/HostAccessTests`).
package protocol BlobStore: Sendable {
    /// What this store was seen to do, rather than what its kind promises.
    var abilities: BlobStoreAbilities { get }

    /// Stores a stream under a name. When it returns, the blob is durable; when it throws, nothing is visible under the
    /// name that was not there before. Throws `storeConflict` when `condition` is not met, `storeFailed` otherwise, and what
    /// the stream throws.
    func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts

    /// The bytes of a blob from `offset` on. Throws `notFound` when there is none.
    func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream

    /// nil when there is no such blob.
    func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts?

    /// All blobs whose name begins with a text, in the order of their names.
    func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts]

    /// Nothing to do when there is no such blob.
    func delete(_ name: BlobName) async throws(ReportableError)

    /// Ends what interrupted writers left behind since before `age` ago: temporary files, unfinished uploads.
    /// Returns how many there were.
    func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int

    /// Bytes that may still be stored, about; nil where nobody can tell.
    func free() async throws(ReportableError) -> Int?
}

package enum BlobCondition: Hashable, Sendable {
    /// Replaces what is there.
    case always
    /// Only when there is no blob of this name.
    case absent
    /// Only when the blob is still the one with this tag.
    case unchanged(BlobTag)
}

package struct BlobFacts: Hashable, Sendable {
    package let name: BlobName
    /// Bytes.
    package let size: Int
    /// Changes whenever the content does. Opaque.
    package let tag: BlobTag

    package init(name: BlobName, size: Int, tag: BlobTag) {
        self.name = name
        self.size = size
        self.tag = tag
    }
}

package struct BlobTag: Hashable, Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

package struct BlobStoreAbilities: Hashable, Sendable {
    /// `absent` and `unchanged` are checked by the store itself in one step, also between two machines.
    package let conditionalPut: Bool
    /// Blobs can be kept from being deleted before a date.
    package let objectLock: Bool

    package init(conditionalPut: Bool, objectLock: Bool) {
        self.conditionalPut = conditionalPut
        self.objectLock = objectLock
    }
}
