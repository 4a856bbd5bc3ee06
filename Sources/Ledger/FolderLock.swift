import Glibc

/// The lock under which a ledger is created or migrated: held on the folder the ledger lies in, because closing a
/// second descriptor of the ledger itself would drop SQLite's locks. The kernel frees it when its owner dies.
struct FolderLock {
    private let descriptor: Int32

    /// Waits until the lock is free.
    init(holding path: String) throws {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerFailure.system("cannot open the folder \(folder)") }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let failure = LedgerFailure.system("cannot lock the folder \(folder)")
                close(descriptor)
                throw failure
            }
        }
    }

    func release() {
        close(descriptor)
    }
}
