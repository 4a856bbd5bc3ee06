/// What an archive may hold at most.
package struct ArchiveLimits: Sendable {
    /// Names, with those of folders that only the names in them tell of.
    package let entries: Int
    /// The content of all files.
    package let bytes: Int

    package init(entries: Int, bytes: Int) {
        self.entries = entries
        self.bytes = bytes
    }
}
