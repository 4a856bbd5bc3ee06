import Basics
import Glibc
import Interfaces

/// Blobs as files of a directory, of whatever user runs this and readable for nobody else.
///
/// A blob is written to a file of its own in `.drafts`, synced and then given its name in one step, whose folder is synced
/// too. What compares before it writes does so under a lock that the kernel frees when its holder dies.
package struct DirectoryStore: BlobStore {
    package let abilities = BlobStoreAbilities(conditionalPut: true, objectLock: false)
    private let root: StoreDirectory
    private let queue = BlockingQueue("slipway.store.directory")

    /// Opens the directory, and makes it where its parent is there. Throws `storeFailed` when another user could exchange what
    /// is in it.
    package init(at path: String) async throws(ReportableError) {
        root = try await BlockingQueue("slipway.store.directory.open").run { () throws(ReportableError) in
            try StoreDirectory(opening: path)
        }
    }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        // A thread of its own: other blobs are not to wait for this one.
        let thread = BlockingQueue("slipway.store.directory.put")
        let draft = try await thread.run { () throws(ReportableError) in try BlobDraft(of: name, in: root) }
        do throws(ReportableError) {
            while let piece = try await content.next() {
                try await thread.run { () throws(ReportableError) in try draft.append(piece) }
            }
            return try await thread.run { () throws(ReportableError) in
                try draft.sync()
                return try root.locked { () throws(ReportableError) in try Self.place(draft, name, condition, in: root)
                }
            }
        } catch {
            try? await thread.run { draft.remove() }
            throw error
        }
    }

    private static func place(
        _ draft: BlobDraft,
        _ name: BlobName,
        _ condition: BlobCondition,
        in root: StoreDirectory
    ) throws(ReportableError) -> BlobFacts {
        try root.check(condition, of: name)
        do throws(ReportableError) {
            return try draft.place(replacing: condition != .absent)
        } catch {
            root.removeEmptyFolders(of: name)
            throw error
        }
    }

    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        let thread = BlockingQueue("slipway.store.directory.get")
        let file = try await thread.run { () throws(ReportableError) in
            try BlobFile(name, in: root, from: offset)
        }
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in
            try await thread.run { () throws(ReportableError) in try file.next() }
        }
    }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        try await queue.run { () throws(ReportableError) in try root.facts(of: name) }
    }

    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        try await queue.run { () throws(ReportableError) in try StoreListing(of: root, prefix).blobs }
    }

    package func delete(_ name: BlobName) async throws(ReportableError) {
        try await queue.run { () throws(ReportableError) in
            try root.locked { () throws(ReportableError) in try root.delete(name) }
        }
    }

    package func free() async throws(ReportableError) -> Int? {
        try await queue.run { () throws(ReportableError) in try root.free() }
    }

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        try await queue.run { () throws(ReportableError) in try BlobDraft.sweep(root, olderThan: age) }
    }
}
