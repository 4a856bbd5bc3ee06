import Basics
import Glibc

/// Files that are there whole or not at all, whatever dies when, in a folder where a program that may be compromised
/// can make names of its own.
///
/// So every name is looked up in the open folder and never followed elsewhere, and only what the caller's own user
/// wrote is read: a link laid by someone else leads nowhere.
package enum AtomicFile {
    /// Writes beside the file, syncs, renames, and syncs the folder. The file is the caller's; the group of the folder
    /// may read it where it may enter the folder. Throws `fileFailed`; the old file is then untouched.
    package static func write(_ text: String, to path: String) throws(ReportableError) {
        let folder = try GuardedFolder(of: path)
        defer { folder.close() }
        let (name, draft) = (GuardedFolder.name(of: path), "\(GuardedFolder.name(of: path)).draft")
        do throws(ReportableError) {
            try writeDraft(Array(text.utf8), at: draft, in: folder)
            guard renameat(folder.descriptor, draft, folder.descriptor, name) == 0 else {
                throw failure("rename", "\(path).draft")
            }
        } catch {
            unlinkat(folder.descriptor, draft, 0)
            throw error
        }
        guard fsync(folder.descriptor) == 0 else { throw failure("sync", folder.path) }
    }

    /// nil when there is no such file. Throws `fileFailed` when it is not the caller's own, or is not text.
    package static func readIfThere(_ path: String) throws(ReportableError) -> String? {
        let folder = try GuardedFolder(of: path)
        defer { folder.close() }
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let file = openat(folder.descriptor, GuardedFolder.name(of: path), flags)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { Glibc.close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("look at", path) }
        // A second name may be anyone's way to pass a file of ours off as this one.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1 else {
            throw ReportableError(
                .fileFailed,
                "cannot trust \(path): it is no plain file that only this user has written",
                hint: "Find out who put it there, then restart the service whose directory it is in."
            )
        }
        return try text(of: file, path)
    }

    /// As `readIfThere`, and throws `fileFailed` when the file is missing.
    package static func read(_ path: String) throws(ReportableError) -> String {
        guard let text = try readIfThere(path) else {
            throw ReportableError(.fileFailed, "cannot read \(path): it is not there")
        }
        return text
    }

    private static func text(of file: Int32, _ path: String) throws(ReportableError) -> String {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read", path) }
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw ReportableError(.fileFailed, "cannot read \(path): it is not UTF-8 text")
        }
        return text
    }

    private static func writeDraft(
        _ bytes: [UInt8],
        at name: String,
        in folder: GuardedFolder
    ) throws(ReportableError) {
        let path = "\(folder.path)/\(name)"
        unlinkat(folder.descriptor, name, 0)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = openat(folder.descriptor, name, flags, 0o600)
        guard file >= 0 else { throw failure("create", path) }
        defer { Glibc.close(file) }
        if folder.isShared {
            guard fchown(file, uid_t.max, folder.group) == 0 else { throw failure("change the group of", path) }
            guard fchmod(file, 0o640) == 0 else { throw failure("set the mode of", path) }
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw failure("sync", path) }
    }

    static func failure(_ verb: String, _ path: String) -> ReportableError {
        ReportableError(.fileFailed, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}

/// An open folder in which nobody but the caller can replace or remove the caller's files: it is the caller's own, and
/// where others may write to it, each may only touch what is theirs (the sticky bit).
private struct GuardedFolder {
    let path: String
    let descriptor: Int32
    let group: gid_t
    /// Its group may enter it.
    let isShared: Bool

    /// Opens the folder that a file is in. Throws `fileFailed` when it guards nothing.
    init(of file: String) throws(ReportableError) {
        path = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw AtomicFile.failure("open", path) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        group = status.st_gid
        isShared = status.st_mode & 0o010 != 0
        let isGuarded = status.st_mode & 0o022 == 0 || status.st_mode & S_ISVTX != 0
        guard isKnown, status.st_uid == geteuid(), isGuarded else {
            Glibc.close(descriptor)
            throw ReportableError(
                .fileFailed,
                "cannot trust the files in \(path): another user may replace them",
                hint: "Restart the service whose directory it is; it is then made anew."
            )
        }
    }

    func close() { Glibc.close(descriptor) }

    static func name(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[file.index(after: $0)...]) } ?? file
    }
}
