import Basics
import StackModel

/// What the directories of a service held when they were captured.
package struct FilesFacts: Hashable, Sendable, Codable {
    package let takenAt: Instant
    /// Files, folders and links, with the captured directory itself.
    package let entries: Int
    /// Bytes of all files.
    package let bytes: Int
    /// Numbers of the account that the service ran as, which may have others where it comes back.
    package let user: UInt32
    package let group: UInt32

    /// The object of a set: a POSIX `tar`.
    package static let archive = "files.tar"
}
