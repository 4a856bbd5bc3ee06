import Basics
import CLinux
import Glibc

/// An open file or folder, closed with the last one who uses it.
final class OpenFile {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Throws `fileFailed`.
    static func folder(_ path: String) throws(ReportableError) -> OpenFile {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        return OpenFile(descriptor)
    }

    /// What is in an open folder, in the order of the bytes of the names. Throws `fileFailed`; `path` is for the message.
    func names(_ path: String) throws(ReportableError) -> [String] {
        // A copy has an offset of its own, and closes with the listing.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let listing = fdopendir(copy) else { throw Self.failure("list", path) }
        defer { closedir(listing) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(listing) else { break }
            let start = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
            guard let name = String(validatingCString: start.assumingMemoryBound(to: CChar.self)) else {
                throw ReportableError(.fileFailed, "cannot archive \(path): a name in it is not UTF-8")
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw Self.failure("list", path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// All that was written to its file system is on the disk. Throws `fileFailed`; `path` is for the message.
    func syncFileSystem(_ path: String) throws(ReportableError) {
        guard sync_file_system(descriptor) == 0 else { throw Self.failure("sync", path) }
    }

    static func failure(_ verb: String, _ path: String) -> ReportableError {
        let reason = String(cString: strerror(errno))
        return ReportableError(.fileFailed, "cannot \(verb) \(path.withoutControls): \(reason)")
    }
}
