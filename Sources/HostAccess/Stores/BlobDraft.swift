import Basics
import CLinux
import Glibc
import Interfaces

/// A blob that has no name yet. It is locked as long as its writer lives, so that a sweep takes only what nobody writes.
final class BlobDraft: Sendable {
    private static let flushStep = 8 << 20

    private let name: BlobName
    private let root: StoreDirectory
    private let word: String
    private let file: Int32

    init(of name: BlobName, in root: StoreDirectory) throws(ReportableError) {
        self.name = name
        self.root = root
        word = "\(StoreDirectory.drafts)/\(UInt64.random(in: .min ... .max))"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        // Somebody may have tidied up the folder, too.
        mkdirat(root.descriptor, StoreDirectory.drafts, 0o700)
        file = openat(root.descriptor, word, flags, 0o600)
        guard file >= 0 else { throw StoreDirectory.failure("write to", root.path) }
        flock(file, LOCK_EX | LOCK_NB)
    }

    deinit { close(file) }

    func append(_ piece: [UInt8]) throws(ReportableError) {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            rest = rest.dropFirst(count)
        }
        beginFlush(of: piece.count)
    }

    /// Every so often, the kernel is asked to begin with what it holds of the file, so that `sync` has little to wait for.
    private func beginFlush(of appended: Int) {
        let end = Int(lseek(file, 0, SEEK_CUR))
        guard end / Self.flushStep > (end - appended) / Self.flushStep else { return }
        begin_flush(file, Int64(end))
    }

    func sync() throws(ReportableError) {
        // The kernel's own stamps are too coarse to tell two files of one moment apart.
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        guard futimens(file, [now, now]) == 0, fsync(file) == 0 else { throw failure("sync") }
    }

    /// Gives the file its name. The caller holds the lock of the store.
    func place(replacing: Bool) throws(ReportableError) -> BlobFacts {
        guard let folder = try root.folder(of: name, creating: true) else { throw failure("store") }
        defer { close(folder) }
        let final = StoreDirectory.word(of: name)
        if replacing {
            guard renameat(root.descriptor, word, folder, final) == 0 else { throw failure("store") }
        } else {
            try link(to: final, in: folder)
        }
        guard fsync(folder) == 0 else {
            let failure = failure("sync")
            if !replacing { unlinkat(folder, final, 0) }
            throw failure
        }
        unlinkat(root.descriptor, word, 0)
        var status = stat()
        guard fstat(file, &status) == 0, let facts = try StoreDirectory.facts(name, status, root.path) else {
            throw failure("look at")
        }
        return facts
    }

    /// A link never replaces anything, whoever else writes without our lock.
    private func link(to final: String, in folder: Int32) throws(ReportableError) {
        guard linkat(root.descriptor, word, folder, final, 0) != 0 else { return }
        switch errno {
        case EEXIST: throw StoreDirectory.conflict(name)
        case EPERM, EOPNOTSUPP, ENOSYS:
            // A file system without links; our own writers are kept out by the lock.
            guard renameat(root.descriptor, word, folder, final) == 0 else { throw failure("store") }
        default: throw failure("store")
        }
    }

    func remove() { unlinkat(root.descriptor, word, 0) }

    /// Removes the drafts that nobody writes any more.
    static func sweep(_ root: StoreDirectory, olderThan age: TimeSpan) throws(ReportableError) -> Int {
        var (now, count) = (timespec(), 0)
        clock_gettime(CLOCK_REALTIME, &now)
        for word in try StoreListing.names(in: StoreDirectory.drafts, of: root) ?? [] {
            let file = openat(
                root.descriptor,
                "\(StoreDirectory.drafts)/\(word)",
                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
            )
            guard file >= 0 else { continue }
            defer { close(file) }
            var status = stat()
            guard fstat(file, &status) == 0, now.tv_sec - status.st_mtim.tv_sec > age.milliseconds / 1000,
                flock(file, LOCK_EX | LOCK_NB) == 0
            else { continue }
            guard unlinkat(root.descriptor, "\(StoreDirectory.drafts)/\(word)", 0) == 0 else {
                throw StoreDirectory.failure("delete a draft in", root.path)
            }
            count += 1
        }
        return count
    }

    private func failure(_ verb: String) -> ReportableError {
        StoreDirectory.failure(verb, "\(root.path)/\(name)")
    }
}
