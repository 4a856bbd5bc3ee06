import Basics
import Interfaces
import Synchronization

/// A bucket that is tried before the first thing is put into it, and not before: whoever only reads needs no right to write.
package final class S3Bucket: BlobStore {
    private let plain: S3Store
    private let tried = Mutex<S3Store?>(nil)

    package init(_ plain: S3Store) { self.plain = plain }

    package var abilities: BlobStoreAbilities { known.abilities }

    private var known: S3Store { tried.withLock { $0 } ?? plain }

    /// Two that come first together both try it, and find the same.
    private func probed() async throws(ReportableError) -> S3Store {
        if let store = tried.withLock({ $0 }) { return store }
        let store = try await plain.probed()
        tried.withLock { $0 = store }
        return store
    }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        try await probed().put(name, content, when: condition)
    }

    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        try await known.get(name, from: offset)
    }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        try await known.facts(of: name)
    }

    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        try await known.list(prefix)
    }

    package func delete(_ name: BlobName) async throws(ReportableError) { try await known.delete(name) }

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        try await known.sweep(olderThan: age)
    }

    package func free() async throws(ReportableError) -> Int? { nil }
}
