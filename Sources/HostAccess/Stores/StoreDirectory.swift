import Basics
import Glibc
import Interfaces

/// The open directory of a store. Every name is looked up from there, folder by folder, and no link is followed on the way.
final class StoreDirectory: Sendable {
    /// Names that begin with a dot are no names of blobs.
    static let drafts = ".drafts"
    private static let lock = ".lock"

    let path: String
    let descriptor: Int32

    init(opening path: String) throws(ReportableError) {
        self.path = path
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST else { throw Self.failure("make the directory", path) }
        } else {
            // The directory is to be there after a power cut, too; where its parent cannot be synced, a later sync has to do.
            Self.syncParent(of: path)
        }
        try TrustedPath.check(path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        // What can only be read can still be read.
        guard mkdirat(descriptor, Self.drafts, 0o700) == 0 || errno == EEXIST || errno == EROFS else {
            throw Self.failure("write to", path)
        }
    }

    deinit { close(descriptor) }

    /// Runs `body` while no other writer of this machine compares or replaces anything.
    func locked<Value>(_ body: () throws(ReportableError) -> Value) throws(ReportableError) -> Value {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let lock = openat(descriptor, Self.lock, flags, 0o600)
        guard lock >= 0 else { throw Self.failure("lock", path) }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("lock", path) }
        }
        return try body()
    }

    func check(_ condition: BlobCondition, of name: BlobName) throws(ReportableError) {
        switch condition {
        case .always: return
        case .absent: guard try facts(of: name) != nil else { return }
        case .unchanged(let tag): if try facts(of: name)?.tag == tag { return }
        }
        throw Self.conflict(name)
    }

    func facts(of name: BlobName) throws(ReportableError) -> BlobFacts? {
        guard let folder = try folder(of: name, creating: false) else { return nil }
        defer { close(folder) }
        var status = stat()
        guard fstatat(folder, Self.word(of: name), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("look at", "\(path)/\(name)")
        }
        return try Self.facts(name, status, path)
    }

    /// nil for what is a folder; throws for what is neither a folder nor a file.
    static func facts(_ name: BlobName, _ status: stat, _ path: String) throws(ReportableError) -> BlobFacts? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: BlobFacts(name: name, size: status.st_size, tag: tag(status))
        case S_IFDIR: nil
        default:
            throw ReportableError(
                .storeFailed,
                "\(path)/\(name) is neither a file nor a folder, and nothing else belongs in a store",
                hint: "Find out who put it there, and take it away. Links are not followed."
            )
        }
    }

    /// The folder that a blob is in, open; nil when it is not there and is not to be made.
    func folder(of name: BlobName, creating: Bool) throws(ReportableError) -> Int32? {
        var folder = dup(descriptor)
        for word in name.text.split(separator: "/").dropLast() {
            guard folder >= 0 else { break }
            let parent = folder
            defer { close(parent) }
            if creating { try make(String(word), in: parent, for: name) }
            folder = openat(parent, String(word), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        }
        guard folder >= 0 else {
            if errno == ENOENT, !creating { return nil }
            throw Self.failure("open the folder of", "\(path)/\(name)")
        }
        return folder
    }

    private func make(_ word: String, in parent: Int32, for name: BlobName) throws(ReportableError) {
        guard mkdirat(parent, word, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw Self.failure("make the folder of", "\(path)/\(name)")
        }
        guard fsync(parent) == 0 else { throw Self.failure("sync", "\(path)/\(name)") }
    }

    func delete(_ name: BlobName) throws(ReportableError) {
        guard let folder = try folder(of: name, creating: false) else { return }
        defer { close(folder) }
        guard unlinkat(folder, Self.word(of: name), 0) == 0 else {
            if errno == ENOENT { return }
            throw Self.failure("delete", "\(path)/\(name)")
        }
        guard fsync(folder) == 0 else { throw Self.failure("sync", "\(path)/\(name)") }
        removeEmptyFolders(of: name)
    }

    /// Bytes that this user may still write.
    func free() throws(ReportableError) -> Int {
        var room = statvfs()
        guard fstatvfs(descriptor, &room) == 0 else { throw Self.failure("look at", path) }
        return Int(room.f_bavail) * Int(room.f_frsize)
    }

    /// Folders are nothing by themselves. The first that is not empty ends it.
    func removeEmptyFolders(of name: BlobName) {
        var words = name.text.split(separator: "/").dropLast()
        while !words.isEmpty {
            guard unlinkat(descriptor, words.joined(separator: "/"), AT_REMOVEDIR) == 0 || errno == ENOENT else {
                return
            }
            words = words.dropLast()
        }
    }

    static func word(of name: BlobName) -> String { String(name.text.split(separator: "/").last ?? "") }

    /// A blob is never written in place, so another content is another file, written at another time.
    private static func tag(_ status: stat) -> BlobTag {
        BlobTag("\(status.st_ino)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)-\(status.st_size)")
    }

    private static func syncParent(of path: String) {
        let parent = open("\(path)/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { return }
        fsync(parent)
        close(parent)
    }

    static func conflict(_ name: BlobName) -> ReportableError {
        ReportableError(.storeConflict, "\(name) is not what it was: somebody else has written it")
    }

    /// Reads `errno`.
    static func failure(_ verb: String, _ path: String) -> ReportableError {
        let code = errno
        let isFull = code == ENOSPC || code == EDQUOT
        return ReportableError(
            .storeFailed,
            "cannot \(verb) \(path): \(isFull ? "the disk is full" : String(cString: strerror(code)))",
            hint: isFull ? "Make room, or let fewer sets be kept: what is there already is whole." : nil
        )
    }
}
