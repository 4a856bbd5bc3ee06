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

    /// The next whole lines, at most a piece of one file; empty when everything that is there was read.
    mutating func readOn() -> [UInt8] {
        while true {
            let names = self.names
            let piece = firstUnread(in: names)
            // A file that was renamed between the listing and the reading would come after a younger one.
            guard names == self.names else { continue }
            guard let piece else { return [] }
            offsets[piece.file] = piece.end
            return piece.content
        }
    }

    /// Takes all that is there as read. Returns where each file ends, oldest first.
    mutating func skipToEnd() -> [LogEnd] {
        while true {
            let names = self.names
            let ends = names.compactMap { name in
                LogFile(directory, name).flatMap { file in LogEnd(file: file.id, end: file.endOfLines) }
            }
            guard names == self.names else { continue }
            offsets = Dictionary(ends.map { ($0.file, $0.end) }) { _, last in last }
            return ends
        }
    }

    private var names: [String] { LogFiles.names(in: directory, since: since) }

    private func firstUnread(in names: [String]) -> (file: UInt, content: [UInt8], end: Int)? {
        for name in names {
            guard let file = LogFile(directory, name) else { continue }
            // A new file may have the number of one that was deleted: it is then shorter than what was read of that.
            let offset = offsets[file.id].flatMap { $0 <= file.size ? $0 : nil } ?? 0
            let lines = file.lines(from: offset)
            if !lines.isEmpty { return (file.id, lines, offset + lines.count) }
        }
        return nil
    }
}

/// How much of a log file there was.
struct LogEnd: Sendable {
    let file: UInt
    /// Behind its last whole line.
    var end: Int
}
