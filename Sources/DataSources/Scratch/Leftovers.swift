import Basics
import Glibc
import Interfaces

/// What an interrupted capture or restore has left behind: its folders, and the scratch servers that still work in them.
package enum Leftovers {
    private static let servers: Set<String> = ["redis-server", "redis-check-rdb", "postgres"]

    /// Ends those servers and removes the folder. Nothing to do when there is none. The callers' folders are their own:
    /// nobody else's server works there.
    package static func clear(_ path: String, _ runner: any CommandRunner) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            let path = real(path)
            for _ in 0..<250 {
                let found = processes(in: path)
                guard !found.isEmpty else { return }
                for process in found { kill(process, SIGKILL) }
                usleep(20_000)
            }
            throw ReportableError(.engineFailed, "a server in \(path) cannot be ended")
        }
        for folder in outside(path) + [path] { try await remove(folder, runner) }
    }

    private static func remove(_ path: String, _ runner: any CommandRunner) async throws(ReportableError) {
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

    /// Folders for sockets that our links lead to: of work in the folder, and of what it is a part of.
    private static func outside(_ path: String) -> [String] {
        ["\(path)/s", "\(path)/work/s"].compactMap { link in
            var status = stat()
            guard lstat(link, &status) == 0, status.st_uid == geteuid(), let place = target(of: link) else {
                return nil
            }
            let isOurs = place.hasPrefix(Folder.outside) && !place.dropFirst(Folder.outside.count).contains("/")
            return isOurs ? place : nil
        }
    }

    /// Every server has its data directory as its working directory.
    private static func processes(in path: String) -> [pid_t] {
        Folder.names(in: "/proc", beginning: "").compactMap { pid_t($0) }.filter { process in
            guard let place = target(of: "/proc/\(process)/cwd"), place == path || place.hasPrefix("\(path)/"),
                let program = target(of: "/proc/\(process)/exe")?.split(separator: "/").last
            else { return false }
            return servers.contains(String(program))
        }
    }

    /// As the kernel tells it, whatever links lead there. The folder itself may be gone already.
    private static func real(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), let above = realpath(String(path[..<slash]), nil) else {
            return path
        }
        defer { free(above) }
        return String(cString: above) + path[slash...]
    }

    /// Of a removed directory or program the kernel says so behind its name.

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasSuffix(" (deleted)") ? String(text.dropLast(" (deleted)".count)) : text
    }
}
