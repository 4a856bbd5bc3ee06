import Basics
import Interfaces
import Synchronization

/// A store in memory that does all that a store can do, and may say that it checks no conditions.
package final class MemoryStore: BlobStore {
    private struct State {
        var blobs: [BlobName: Blob] = [:]
        var writes = 0
        var room: Int?
    }

    private struct Blob {
        let bytes: [UInt8]
        let tag: BlobTag
    }

    private let state = Mutex(State())

    package let abilities: BlobStoreAbilities

    package init(conditionalPut: Bool = true) {
        abilities = BlobStoreAbilities(conditionalPut: conditionalPut, objectLock: false)
    }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        let bytes = try await content.everything()
        let facts: BlobFacts? = state.withLock { state in
            let isMet =
                switch condition {
                case .always: true
                case .absent: state.blobs[name] == nil
                case .unchanged(let tag): state.blobs[name]?.tag == tag
                }
            guard isMet else { return nil }
            state.writes += 1
            let blob = Blob(bytes: bytes, tag: BlobTag("write \(state.writes)"))
            state.blobs[name] = blob
            return BlobFacts(name: name, size: bytes.count, tag: blob.tag)
        }
        guard let facts else { throw ReportableError(.storeConflict, "somebody else has written \(name) in memory") }
        return facts
    }

    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        guard let bytes = self[name] else { throw ReportableError(.notFound, "there is no \(name) in memory") }
        return .inPieces(Array(bytes.dropFirst(offset)))
    }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        state.withLock { state in
            state.blobs[name].map { BlobFacts(name: name, size: $0.bytes.count, tag: $0.tag) }
        }
    }

    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        state.withLock { state in
            state.blobs.filter { $0.key.text.hasPrefix(prefix) }
                .map { BlobFacts(name: $0.key, size: $0.value.bytes.count, tag: $0.value.tag) }
                .sorted { $0.name < $1.name }
        }
    }

    package func delete(_ name: BlobName) async throws(ReportableError) { self[name] = nil }

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int { 0 }

    package func free() async throws(ReportableError) -> Int? { room }

    /// What it says that it has left.
    package var room: Int? {
        get { state.withLock { $0.room } }
        set { state.withLock { $0.room = newValue } }
    }

    package var names: [String] { state.withLock { $0.blobs.keys.map(\.text).sorted() } }

    /// What is there now, for a test to look at and to damage. A text that is no name has nothing.
    package subscript(text: String) -> [UInt8]? {
        get { BlobName(text).flatMap { self[$0] } }
        set { if let name = BlobName(text) { self[name] = newValue } }
    }

    /// What is there now.
    package subscript(name: BlobName) -> [UInt8]? {
        get { state.withLock { $0.blobs[name]?.bytes } }
        set {
            state.withLock { state in
                state.writes += 1
                state.blobs[name] = newValue.map { Blob(bytes: $0, tag: BlobTag("write \(state.writes)")) }
            }
        }
    }
}
