import Basics
import FoundationEssentials
import Glibc
import Interfaces
import StackModel

/// The allotment book of a home on disk: one file, changed under one lock, so that two stacks that ask at the same
/// moment never get the same port.
struct Allotments: Sendable {
    let home: String

    private var path: String { "\(home)/allotments.json" }

    /// The book as it is; empty when nothing was ever allotted. Throws `fileFailed` when it is there and cannot be
    /// read: taken for empty it would be written over, and ports and users in use be given away again.
    func load() throws(ReportableError) -> AllotmentBook {
        guard let content = try Disk.content(of: path) else { return AllotmentBook(home: home) }
        do {
            return try CanonicalJSON.decode(AllotmentBook.self, from: String(decoding: content, as: UTF8.self))
        } catch {
            throw ReportableError(
                .fileFailed,
                "the list of allotted ports \(path) cannot be read: \(error)",
                hint: "Move the file away; ports are then allotted anew with the next deploy of each stack."
            )
        }
    }

    /// Changes the book; written when the change succeeds and changes anything. Waits for others that change it.
    func change<Value: Sendable>(
        _ change: @escaping @Sendable (inout AllotmentBook) throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        try await offPool { () throws(ReportableError) -> Value in
            let lock = open("\(home)/allotments.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard lock >= 0 else { throw Disk.failure("open", "\(home)/allotments.lock") }
            // The kernel lets go of the lock with the file, however this process ends.
            defer { close(lock) }
            while flock(lock, LOCK_EX) != 0 {
                guard errno == EINTR else { throw Disk.failure("lock", "\(home)/allotments.lock") }
            }
            let before = try load()
            var book = before
            let value = try change(&book)
            if book != before { try Disk.write(CanonicalJSON.encode(book), to: path) }
            return value
        }
    }
}
