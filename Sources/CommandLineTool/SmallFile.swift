import Basics

#if canImport(Glibc)
    import Glibc
#endif

/// Files that a person hands over, read no further than is reasonable: a huge one, or one without end, costs nothing.
/// And files that are written for a person.
enum SmallFile {
    enum Failure: Error {
        /// In the words of the system.
        case refused(String)
        case tooLarge
    }

    /// The whole file.
    static func read(_ path: String, atMost limit: ByteCount) throws(Failure) -> [UInt8] {
        let bytes = try beginning(of: path, atMost: limit.bytes + 1)
        guard bytes.count <= limit.bytes else { throw .tooLarge }
        return bytes
    }

    /// The first `limit` bytes of the file, or all of it.
    static func beginning(of path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .refused(String(cString: strerror(errno))) }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    /// Writes a file of its own, or over one where `flags` allow it. What it cannot write whole with `O_EXCL` it removes.
    static func write(_ text: String, to path: String, flags: Int32, mode: mode_t) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode)
        guard descriptor >= 0 else { throw .refused(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                if flags & O_EXCL != 0 { unlink(path) }
                throw .refused(reason)
            }
            rest = rest.dropFirst(count)
        }
    }
}

extension SmallFile.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(let reason): reason
        case .tooLarge: "it is too large"
        }
    }
}
