import Glibc
import Interfaces

/// What a server keeps of its log until it is in a vault: on the disk of its data, as long as nobody ships it.
package struct LogSpool: Sendable {
    private let folder: String
    private let suffix: String
    /// The last file is being written, and stays in any case.
    private let keepsLast: Bool

    /// nil for what keeps no log.
    package init?(of place: DataPlace) {
        switch place.server {
        case .postgres: (folder, suffix, keepsLast) = ("\(place.volume)/\(PostgresLog.folder)", "", false)
        case .redis:
            let folder = RedisKeeping(place.settings).appendFolder
            (self.folder, suffix, keepsLast) = ("\(place.volume)/\(folder)", ".incr.aof", true)
        case .files: return nil
        }
    }

    /// Nothing where nothing lies.
    package func bytes() async -> Int {
        let sizes: [(name: String, size: Int)]? = try? await offPool {
            Folder.names(in: folder, beginning: "").filter { $0.hasSuffix(suffix) }.map { name in
                var status = stat()
                return (name, lstat("\(folder)/\(name)", &status) == 0 ? Int(status.st_size) : 0)
            }
        }
        // In the order of their numbers: a longer name is a later one.
        let ordered = (sizes ?? []).sorted { ($0.name.utf8.count, $0.name) < ($1.name.utf8.count, $1.name) }
        return ordered.dropLast(keepsLast ? 1 : 0).map(\.size).reduce(0, +)
    }
}
