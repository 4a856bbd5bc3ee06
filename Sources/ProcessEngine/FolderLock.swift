import Basics
import Glibc

/// A short lock on a folder (`flock(2)`), for files in it that several steps write. The kernel frees it when its
/// holder dies.
enum FolderLock {
    /// Waits for the lock; `body` must be quick and must not wait for anything else.
    static func holding(_ folder: String, _ body: () throws(ReportableError) -> Void) throws(ReportableError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Disk.failure("open", folder) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Disk.failure("lock", folder) }
        }
        try body()
    }
}
