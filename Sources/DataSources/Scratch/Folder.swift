import Basics
import Glibc
import Interfaces

/// Directories that servers work in. What is to be a server's is filled first and handed over last, so that nobody who
/// runs as its user can lead us elsewhere meanwhile.
enum Folder {
    /// Makes it, with those above it. Throws `fileFailed` when there is one already, unless it is empty.
    static func make(_ path: String, mode: mode_t = 0o700) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            try makeAbove(path)
            if mkdir(path, mode) != 0 {
                guard errno == EEXIST, rmdir(path) == 0, mkdir(path, mode) == 0 else {
                    throw failure("make the directory", path)
                }
            }
            guard chmod(path, mode) == 0 else { throw failure("set the mode of", path) }
        }
    }

    /// Makes the directories above it that are missing. Whoever a server runs as must be able to walk through them, even
    /// where ours are nobody else's by the creation mask.
    static func makeAbove(_ path: String) throws(ReportableError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let above = String(path[..<slash])
        var status = stat()
        guard stat(above, &status) != 0 else { return }
        try makeAbove(above)
        guard mkdir(above, 0o711) == 0 || errno == EEXIST else { throw failure("make the directory", above) }
        try open(above)
    }

    /// Makes it where it is not there, and lets others walk through it and the one above.
    static func makeOpen(_ path: String) throws(ReportableError) {
        try makeAbove("\(path)/.")
        guard let slash = path.lastIndex(of: "/") else { return try open(path) }
        for path in [String(path[..<slash]), path] { try open(path) }
    }

    /// Lets others walk through it, and see nothing.
    static func open(_ path: String) throws(ReportableError) {
        guard chmod(path, 0o711) == 0 else { throw failure("set the mode of", path) }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The names in it that begin so.
    static func names(in path: String, beginning prefix: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func give(_ path: String, to owner: DataOwner) throws(ReportableError) {
        guard lchown(path, owner.userID, owner.groupID) == 0 else { throw failure("change the owner of", path) }
    }

    static func sync(_ path: String) {
        let file = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    static func failure(_ doing: String, _ path: String) -> ReportableError {
        ReportableError(.fileFailed, "cannot \(doing) \(path): \(String(cString: strerror(errno)))")
    }

    /// How folders for sockets begin that lie elsewhere.
    static let outside = "/tmp/slipway-scratch-"

    /// A path below `folder` for sockets, which may have 107 bytes and no more; else one below /tmp, to which it leads.
    static func makeForSockets(in folder: String, owner: DataOwner) async throws(ReportableError) -> String {
        var path = "\(folder)/s"
        if path.utf8.count + "/.s.PGSQL.5432.lock".utf8.count > 107 {
            var name = Array("\(outside)XXXXXX".utf8CString)
            guard mkdtemp(&name) != nil else { throw failure("make a directory in", "/tmp") }
            let made = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard symlink(made, path) == 0 else { throw failure("make the link", path) }
            path = made
        } else {
            try await make(path)
        }
        return path
    }
}
