import Basics
import CLinux

/// What is known of data that was prepared to take the place of a service's own. It lies in a file beside the data's
/// directory that the server cannot write to: what a server does in its own directory never says which data that is.
package struct PreparedData: Hashable, Sendable, Codable {
    package let directory: FolderIdentity
    /// As `DataPlace.layout`.
    package let layout: [String: String]
    /// What was live when it took its place; nil when nothing was, and before that.
    package var replaced: FolderIdentity?
    /// The set that it came from; nil where that was not written down.
    package let origin: String?

    package init(
        directory: FolderIdentity,
        layout: [String: String],
        replaced: FolderIdentity? = nil,
        origin: String? = nil
    ) {
        self.origin = origin
        self.directory = directory
        self.layout = layout
        self.replaced = replaced
    }

    /// The name of its file beside the directory of this name, which no name of a restoration is like.
    package static func file(of directory: String) -> String { "\(directory).json" }
}

/// Tells a directory from all others, wherever on its file system it is moved. A number alone may be given out again.
package struct FolderIdentity: Hashable, Sendable, Codable {
    package let inode: UInt64
    package let born: Int64

    package init(inode: UInt64, born: Int64) {
        self.inode = inode
        self.born = born
    }

    /// nil when there is nothing there.
    package init?(of path: String) {
        var (inode, born) = (UInt64(0), Int64(0))
        guard file_identity(path, &inode, &born) == 0 else { return nil }
        self.init(inode: inode, born: born)
    }
}
