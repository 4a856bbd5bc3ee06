/// What an archive may hold at most.
package struct ArchiveLimits: Sendable {
    /// Headers of every kind.
    package let entries: Int
    /// The content of all files.
    package let bytes: Int

    package init(entries: Int, bytes: Int) {
        self.entries = entries
        self.bytes = bytes
    }
}
