import Basics
import Glibc
import Interfaces

/// A blob that is being read.
final class BlobFile: Sendable {
    private let path: String
    private let file: Int32

    init(_ name: BlobName, in root: StoreDirectory, from offset: Int) throws(ReportableError) {
        path = "\(root.path)/\(name)"
        guard let folder = try root.folder(of: name, creating: false) else { throw Self.missing(name, root) }
        defer { close(folder) }
        // What is no file is not waited for.
        file = openat(folder, StoreDirectory.word(of: name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            throw errno == ENOENT ? Self.missing(name, root) : StoreDirectory.failure("read", path)
        }
        var status = stat()
        let isKnown = fstat(file, &status) == 0
        // From here on the file is closed with the object, also with one that is never handed out.
        guard isKnown, try StoreDirectory.facts(name, status, root.path) != nil else {
            throw Self.missing(name, root)
        }
        guard lseek(file, max(0, offset), SEEK_SET) >= 0 else { throw StoreDirectory.failure("read", path) }
    }

    deinit { close(file) }

    /// nil at the end.
    func next() throws(ReportableError) -> [UInt8]? {
        var failure: ReportableError?
        let piece = [UInt8](unsafeUninitializedCapacity: ByteStream.pieceLimit) { buffer, count in
            var result = 0
            repeat { result = read(file, buffer.baseAddress, buffer.count) } while result < 0 && errno == EINTR
            if result < 0 { failure = StoreDirectory.failure("read", path) }
            count = max(0, result)
        }
        if let failure { throw failure }
        return piece.isEmpty ? nil : piece
    }

    private static func missing(_ name: BlobName, _ root: StoreDirectory) -> ReportableError {
        ReportableError(.notFound, "there is no \(name) in \(root.path)")
    }
}
