import Basics
import Glibc
import StackModel

/// How far the log of one replica number was read: `current` and the files that `s6-log` rotated it into.
///
/// Files are told apart by what they are, not by their names: a full `current` gets a new name while we read.
struct LogTail: Sendable {
    let directory: String
    /// Rotated files that ended before this are never opened.
    let since: Instant?
    private var offsets: [UInt: Int] = [:]

    init(directory: String, since: Instant?) {
        self.directory = directory
        self.since = since
    }

    /// All whole lines since the last time, file by file, oldest first.
    mutating func readOn() -> [UInt8] {
        var content: [UInt8] = []
        var names: [String]
        repeat {
            names = self.names
            for name in names { read(name, &content) }
            // A file that was renamed between the listing and the reading is found by the next listing.
        } while names != self.names
        return content
    }

    private var names: [String] { LogFiles.names(in: directory, since: since) }

    private mutating func read(_ name: String, _ content: inout [UInt8]) {
        let file = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return }
        let inode = UInt(status.st_ino)
        // A new file may have the number of one that was deleted: it is then shorter than what was read of that.
        let offset = offsets[inode].flatMap { $0 <= status.st_size ? $0 : nil } ?? 0
        offsets[inode] = offset
        lseek(file, offset, SEEK_SET)
        guard let piece = Disk.readToEnd(file), let end = piece.lastIndex(of: UInt8(ascii: "\n")) else { return }
        content += piece[...end]
        offsets[inode] = offset + end + 1
    }
}
