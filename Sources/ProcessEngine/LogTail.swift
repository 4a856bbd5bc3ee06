import Basics
import Glibc

/// A place in a growing log. `s6-log` renames a full file and begins a new one; what was still unread in the old one
/// is read first.
struct LogTail: Sendable {
    let path: String
    private var inode: UInt = 0
    private var offset = 0

    init(path: String) {
        self.path = path
    }

    /// All whole lines since the last time.
    mutating func readOn() -> [UInt8] {
        var content: [UInt8] = []
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        if inode != 0 && status.st_ino != inode {
            content += read(renamed() ?? "")
            offset = 0
        }
        inode = UInt(status.st_ino)
        return content + read(path)
    }

    private func renamed() -> String? {
        let directory = Disk.parent(of: path)
        return Disk.list(directory).reversed().lazy.map { "\(directory)/\($0)" }.first { candidate in
            var status = stat()
            return stat(candidate, &status) == 0 && UInt(status.st_ino) == inode
        }
    }

    private mutating func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return [] }
        defer { close(file) }
        lseek(file, offset, SEEK_SET)
        guard let content = Disk.readToEnd(file), let end = content.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += end + 1
        return Array(content[...end])
    }
}
