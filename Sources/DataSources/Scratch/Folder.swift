import Basics
import Glibc
import Interfaces

/// Directories that servers work in. What is to be a server's is filled first and handed over last, so that nobody who
/// runs as its user can lead us elsewhere meanwhile.
enum Folder {
    /// Makes it, with those above it. Throws `fileFailed` when there is one already, unless it is empty.
    static func make(_ path: String, mode: mode_t = 0o700) async throws(ReportableError) {
        try await blocking { () throws(ReportableError) in
            try makeAbove(path)
            if mkdir(path, mode) != 0 {
                guard errno == EEXIST, rmdir(path) == 0, mkdir(path, mode) == 0 else {
                    throw failure("make the directory", path)
                }
            }
            guard chmod(path, mode) == 0 else { throw failure("set the mode of", path) }
        }
    }

    private static func makeAbove(_ path: String) throws(ReportableError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let above = String(path[..<slash])
        var status = stat()
        guard stat(above, &status) != 0 else { return }
        try makeAbove(above)
        guard mkdir(above, 0o711) == 0 || errno == EEXIST else { throw failure("make the directory", above) }
        // Whatever the mask of the caller: servers walk through it as users of their own.
        guard chmod(above, 0o711) == 0 else { throw failure("set the mode of", above) }
    }

    static func give(_ path: String, to owner: DataOwner) throws(ReportableError) {
        guard lchown(path, owner.userID, owner.groupID) == 0 else { throw failure("change the owner of", path) }
    }

    static func sync(_ path: String) {
        let file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    static func failure(_ doing: String, _ path: String) -> ReportableError {
        ReportableError(.fileFailed, "cannot \(doing) \(path): \(String(cString: strerror(errno)))")
    }

    /// A path below `folder` for sockets, which may have 107 bytes and no more; else one below /tmp.
    static func makeForSockets(in folder: String, owner: DataOwner) async throws(ReportableError) -> String {
        var path = "\(folder)/s"
        if path.utf8.count + "/.s.PGSQL.5432.lock".utf8.count > 107 {
            var name = Array("/tmp/slipway-scratch-XXXXXX".utf8CString)
            guard mkdtemp(&name) != nil else { throw failure("make a directory in", "/tmp") }
            path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        } else {
            try await make(path)
        }
        return path
    }
}

/// What an interrupted capture or restore has left behind: its folders, and the scratch servers that still work in them.
package enum Leftovers {
    private static let servers: Set<String> = ["redis-server", "redis-check-rdb", "postgres"]

    /// Ends those servers and removes the folder. Nothing to do when there is none. The callers' folders are their own:
    /// nobody else's server works there.
    package static func clear(_ path: String, _ runner: any CommandRunner) async throws(ReportableError) {
        try await blocking { () throws(ReportableError) in
            for _ in 0..<250 {
                let found = processes(in: path)
                guard !found.isEmpty else { return }
                for process in found { kill(process, SIGKILL) }
                usleep(20_000)
            }
            throw ReportableError(.engineFailed, "a server in \(path) cannot be ended")
        }
        // It goes from open directory to open directory: nobody who may write there can lead it elsewhere.
        let result = try await runner.run(
            CommandLine("rm", ["-rf", "--one-file-system", "--", path], timeout: .seconds(600))
        )
        guard result.succeeded else {
            throw ReportableError(
                .fileFailed,
                "cannot remove \(path)",
                details: result.errorOutput.split(separator: "\n").prefix(5).map(String.init)
            )
        }
    }

    /// Every server has its data directory as its working directory.
    private static func processes(in path: String) -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), let place = target(of: "/proc/\(name)/cwd"),
                place == path || place.hasPrefix("\(path)/"),
                let program = target(of: "/proc/\(name)/exe")?.split(separator: "/").last,
                servers.contains(String(program))
            else { continue }
            found.append(process)
        }
        return found
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
