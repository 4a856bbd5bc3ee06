import Basics
import FoundationEssentials
import Glibc

/// Files that are there whole or not at all, whatever dies when.
package enum AtomicFile {
    /// The user and group a file is given to.
    package struct Owner: Sendable {
        package let user: UInt32
        package let group: UInt32

        /// Whoever owns what is at `path`. Throws `fileFailed` when there is nothing.
        package init(of path: String) throws(ReportableError) {
            var status = stat()
            guard stat(path, &status) == 0 else { throw AtomicFile.failure("look at", path) }
            self.user = status.st_uid
            self.group = status.st_gid
        }
    }

    /// Writes beside the file, syncs, renames, and syncs the directory. An owner is set when root writes.
    /// Throws `fileFailed`; the old file is then untouched.
    package static func write(
        _ text: String,
        to path: String,
        mode: UInt32 = 0o600,
        owner: Owner? = nil
    ) throws(ReportableError) {
        let draft = "\(path).draft"
        do throws(ReportableError) {
            try writeDraft(Array(text.utf8), at: draft, mode: mode, owner: owner)
            guard rename(draft, path) == 0 else { throw failure("rename", draft) }
        } catch {
            unlink(draft)
            throw error
        }
        try syncDirectory(of: path)
    }

    /// Throws `fileFailed` when the file is missing or is not text.
    package static func read(_ path: String) throws(ReportableError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw failure("read", path) }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw ReportableError(.fileFailed, "cannot read \(path): it is not UTF-8 text")
        }
        return text
    }

    private static func writeDraft(
        _ bytes: [UInt8],
        at path: String,
        mode: UInt32,
        owner: Owner?
    ) throws(ReportableError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw failure("create", path) }
        defer { close(file) }
        if let owner, geteuid() == 0, fchown(file, owner.user, owner.group) != 0 { throw failure("give away", path) }
        guard fchmod(file, mode) == 0 else { throw failure("set the mode of", path) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw failure("sync", path) }
    }

    private static func syncDirectory(of path: String) throws(ReportableError) {
        let name = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("open", name) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("sync", name) }
    }

    private static func failure(_ verb: String, _ path: String) -> ReportableError {
        ReportableError(.fileFailed, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}
