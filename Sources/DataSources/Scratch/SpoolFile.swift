import Basics
import Glibc
import Interfaces
import Synchronization

/// An open file that a stream goes into or comes from. Never an existing one, never by a link.
final class SpoolFile: Sendable {
    let path: String
    private let file: Int32

    private init(path: String, file: Int32) {
        self.path = path
        self.file = file
    }

    deinit { close(file) }

    /// Throws `fileFailed`, also when there is one of that name.
    static func create(_ path: String) async throws(ReportableError) -> SpoolFile {
        try await opened(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW)
    }

    static func open(_ path: String) async throws(ReportableError) -> SpoolFile {
        try await opened(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    }

    private static func opened(_ path: String, _ flags: Int32) async throws(ReportableError) -> SpoolFile {
        try await offPool { () throws(ReportableError) in
            let file = Glibc.open(path, flags, 0o600)
            guard file >= 0 else { throw Folder.failure("open", path) }
            return SpoolFile(path: path, file: file)
        }
    }

    /// Bytes.
    var size: Int {
        var status = stat()
        return fstat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    /// All of it, from the beginning.
    var content: ByteStream {
        ByteStream { () throws(ReportableError) in
            try await offPool { () throws(ReportableError) in
                var buffer = [UInt8](repeating: 0, count: 256 << 10)
                let count = read(self.file, &buffer, buffer.count)
                guard count >= 0 else { throw Folder.failure("read", self.path) }
                return count == 0 ? nil : Array(buffer[..<count])
            }
        }
    }

    /// Some of it, wherever else it is read meanwhile. Ends early where the file does.
    func content(from start: Int, count: Int) -> ByteStream {
        let place = ReadingPlace(start)
        return ByteStream { () throws(ReportableError) in
            try await offPool { () throws(ReportableError) in
                let from = place.offset.withLock { $0 }
                var buffer = [UInt8](repeating: 0, count: min(256 << 10, start + count - from))
                guard !buffer.isEmpty else { return nil }
                let count = pread(self.file, &buffer, buffer.count, from)
                guard count >= 0 else { throw Folder.failure("read", self.path) }
                place.offset.withLock { $0 += count }
                return count == 0 ? nil : Array(buffer[..<count])
            }
        }
    }

    /// Takes away what is behind.
    func cut(to size: Int) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            guard ftruncate(self.file, size) == 0 else { throw Folder.failure("shorten", self.path) }
        }
    }

    /// What can be read from it now survives a power cut.
    func flush() async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            guard fsync(self.file) == 0 else { throw Folder.failure("flush", self.path) }
        }
    }

    func write(_ bytes: [UInt8]) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes { bytes in
                    Glibc.write(self.file, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                }
                guard count > 0 else { throw Folder.failure("write", self.path) }
                offset += count
            }
        }
    }

    func write(_ stream: ByteStream) async throws(ReportableError) {
        while let piece = try await stream.next() { try await write(piece) }
    }

    /// Survives a power cut from here on, and is the owner's alone.
    func finish(for owner: DataOwner) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            guard fchown(self.file, owner.userID, owner.groupID) == 0 else {
                throw Folder.failure("change the owner of", self.path)
            }
            guard fsync(self.file) == 0 else { throw Folder.failure("flush", self.path) }
        }
    }
}

/// How far a stream has read.
private final class ReadingPlace: Sendable {
    let offset: Mutex<Int>

    init(_ start: Int) { offset = Mutex(start) }
}
