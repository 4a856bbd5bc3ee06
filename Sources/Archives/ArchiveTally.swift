import Synchronization

/// What an archive has got so far: known when its stream has been read to the end.
package final class ArchiveTally: Sendable {
    private let count = Mutex((entries: 0, bytes: 0))

    package init() {}

    /// Names of every kind, with that of the folder itself.
    package var entries: Int { count.withLock { $0.entries } }
    /// The content of all files.
    package var bytes: Int { count.withLock { $0.bytes } }

    func add(_ entry: ArchiveEntry) {
        count.withLock { count in
            count.entries += 1
            count.bytes += entry.size
        }
    }
}
