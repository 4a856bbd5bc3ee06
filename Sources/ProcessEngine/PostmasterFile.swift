import Basics
import Glibc

/// The `postmaster.pid` that a Postgres leaves behind when it had no time to end.
///
/// Postgres refuses to start while the number in it is that of any process of its user, which after a reboot may be
/// another stack's Postgres. So it is taken away, but only once it is seen that nobody works in the data directory:
/// every process of a Postgres has that as its working directory.
struct PostmasterFile: Sendable {
    /// The data directory of the cluster.
    let cluster: String

    private var path: String { "\(cluster)/postmaster.pid" }

    /// Nothing to do where there is none, or somebody still works there. Throws `fileFailed`.
    func removeIfStale() throws(ReportableError) {
        guard Disk.exists(path), !isInUse else { return }
        try Disk.remove(file: path)
    }

    /// Told by the directory itself, not by its path, which may lead through links.
    private var isInUse: Bool {
        var own = stat()
        guard stat(cluster, &own) == 0 else { return true }
        return ProcessTable().entries.contains { entry in
            var other = stat()
            guard !entry.isZombie, stat("/proc/\(entry.id)/cwd", &other) == 0 else { return false }
            return other.st_dev == own.st_dev && other.st_ino == own.st_ino
        }
    }
}
