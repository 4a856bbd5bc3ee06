import Glibc

/// One file of a log, open for reading in pieces of whole lines. Closed with its last reference.
final class LogFile {
    /// The number of the file, which a new name does not change.
    let id: UInt
    let size: Int
    private let descriptor: Int32

    /// Large enough for the longest line that `s6-log` writes, so that most pieces are read at once.
    static let piece = 1 << 17

    /// Nil when there is no such file any more.
    init?(_ directory: String, _ name: String) {
        let descriptor = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.id = UInt(status.st_ino)
        self.size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Whole lines from here on; empty when there is none.
    func lines(from offset: Int) -> [UInt8] {
        var length = Self.piece
        while offset < size {
            let content = read(offset, length)
            if let end = content.lastIndex(of: Self.newline) { return Array(content[...end]) }
            guard content.count == length else { return [] }
            length *= 2
        }
        return []
    }

    /// Whole lines that end here, at least one; empty at the beginning of the file.
    func lines(before end: Int) -> [UInt8] {
        var length = Self.piece
        while end > 0 {
            let start = max(0, end - length)
            let content = read(start, end - start)
            guard content.count == end - start else { return [] }
            if start == 0 { return content }
            // The first line was begun further ahead.
            if let first = content.firstIndex(of: Self.newline), first < content.count - 1 {
                return Array(content[(first + 1)...])
            }
            length *= 2
        }
        return []
    }

    /// Behind the last whole line.
    var endOfLines: Int {
        var end = size
        while end > 0 {
            let start = max(0, end - Self.piece)
            if let last = read(start, end - start).lastIndex(of: Self.newline) { return start + last + 1 }
            end = start
        }
        return 0
    }

    private static let newline = UInt8(ascii: "\n")

    private func read(_ offset: Int, _ length: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let piece = pread(descriptor, buffer.baseAddress.map { $0 + count }, length - count, offset + count)
                if piece < 0 && errno == EINTR { continue }
                guard piece > 0 else { return }
                count += piece
            }
        }
    }
}
