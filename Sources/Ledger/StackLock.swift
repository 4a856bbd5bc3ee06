import Basics
import FoundationEssentials
import StackModel

#if canImport(Glibc)
    import Glibc
#endif

/// The right to change one stack, held by one process at a time.
///
/// It is an advisory lock on an open file (`flock(2)`): the kernel frees it when its holder dies, however it dies, so
/// nobody ever has to unlock anything. The file's text only tells others who holds it; it decides nothing.
package struct StackLock: Sendable {
    /// What the holder tells the others.
    package struct Holder: Codable, Sendable {
        package let actor: String
        package let owner: OwnerID
        package let since: Instant
        package let purpose: String

        package init(actor: String, owner: OwnerID, since: Instant, purpose: String) {
            self.actor = actor
            self.owner = owner
            self.since = since
            self.purpose = purpose
        }
    }

    private let descriptor: Int32

    /// How often, and how long apart, it is tried to take: `check` may be looking for a moment.
    private static let attempts = 5
    private static let pause = Duration.milliseconds(10)

    /// Runs `body` while holding the lock, or says who has it (`stackBusy`). Waits for nobody who changes the stack.
    package static func holding<Value>(
        _ path: String,
        as holder: Holder,
        _ body: () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let lock = try await take(path, for: holder)
        defer { close(lock.descriptor) }
        return try await body()
    }

    /// Throws `stackBusy` when somebody holds the lock. Leaves no trace: who comes at the same moment is not refused.
    package static func check(_ path: String) throws(ReportableError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        // Nobody ever held it; or nothing can be said, which whoever wants to take it will find out.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw busy(read(descriptor))
    }

    private static func take(_ path: String, for holder: Holder) async throws(ReportableError) -> StackLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ReportableError(.fileFailed, "cannot open the lock \(path): \(String(cString: strerror(errno)))")
        }
        for _ in 1..<attempts where flock(descriptor, LOCK_EX | LOCK_NB) != 0 { try? await Task.sleep(for: pause) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let current = read(descriptor)
            close(descriptor)
            throw busy(current)
        }
        return StackLock(descriptor, for: holder)
    }

    private init(_ descriptor: Int32, for holder: Holder) {
        self.descriptor = descriptor
        let text = CanonicalJSON.encode(holder)
        // The text is a courtesy to others: the lock holds without it.
        _ = ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func read(_ descriptor: Int32) -> Holder? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(bytes.prefix(count)))
    }

    private static func busy(_ holder: Holder?) -> ReportableError {
        guard let holder else {
            return ReportableError(.stackBusy, "another operation holds the stack", hint: "Try again in a moment.")
        }
        let since = Date(timeIntervalSince1970: Double(holder.since.milliseconds) / 1000)
        return ReportableError(
            .stackBusy,
            "\(holder.actor) holds the stack with `\(holder.purpose)` (process \(holder.owner.processID)) "
                + "since \(since.formatted(.iso8601))",
            hint: "Wait for it to end, or watch it with `slipway status`."
        )
    }
}
