import Basics
import Glibc

/// A directory whose content nobody but its owner and root can exchange, by whatever folder or link is on the way to it.
enum TrustedPath {
    /// Throws `storeFailed` when the directory is not the caller's own, or somebody else rules a part of the path.
    static func check(_ path: String) throws(ReportableError) {
        guard let resolved = realpath(path, nil) else { throw StoreDirectory.failure("find", path) }
        defer { free(resolved) }
        let real = String(cString: resolved)
        try checkOwn(real)
        for folder in [path, real] { try checkParents(of: folder) }
    }

    private static func checkOwn(_ path: String) throws(ReportableError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StoreDirectory.failure("look at", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ReportableError(.storeFailed, "cannot keep backups in \(path): it is not a directory")
        }
        guard status.st_uid == geteuid() else {
            throw ReportableError(
                .storeFailed,
                "cannot keep backups in \(path): it belongs to user \(status.st_uid), and slipway runs as user \(geteuid())",
                hint: "Run chown \(geteuid()) \(path), or name another directory."
            )
        }
        guard status.st_mode & 0o022 == 0 else {
            throw ReportableError(
                .storeFailed,
                "cannot keep backups in \(path): other users may write to it",
                hint: "Run chmod go-w \(path)."
            )
        }
    }

    private static func checkParents(of path: String) throws(ReportableError) {
        var parent = path
        while let slash = parent.lastIndex(of: "/") {
            parent = String(parent[..<slash])
            let folder = parent.isEmpty ? "/" : parent
            var status = stat()
            guard lstat(folder, &status) == 0 else { throw StoreDirectory.failure("look at", folder) }
            let isOwn = status.st_uid == 0 || status.st_uid == geteuid()
            // The mode of a link says nothing; where each may only touch what is theirs, nothing of ours can be exchanged.
            let isLink = status.st_mode & S_IFMT == S_IFLNK
            let isGuarded = isLink || status.st_mode & 0o022 == 0 || status.st_mode & S_ISVTX != 0
            guard isOwn, isGuarded else {
                throw ReportableError(
                    .storeFailed,
                    "cannot keep backups in \(path): whoever rules \(folder) could exchange them",
                    hint: "See who may write to it with ls -ld \(folder), or name another directory."
                )
            }
        }
    }
}
