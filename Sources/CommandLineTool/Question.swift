import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Waits for one line that a person types, without holding a thread that tasks run on, and no longer than it is wanted.
struct Question: Sendable {
    enum Answer: Hashable, Sendable {
        case line(String), endOfInput, cancelled
    }

    let descriptor: Int32

    /// How soon a cancellation is noticed, in milliseconds.
    private static let patience: Int32 = 100

    func answer() async -> Answer {
        let isCancelled = Atomic(false)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(returning: read { isCancelled.load(ordering: .relaxed) })
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
    }

    private func read(unless isCancelled: () -> Bool) -> Answer {
        var buffer = [UInt8](repeating: 0, count: 1024)
        while !isCancelled() {
            var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, Self.patience) > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else { return .endOfInput }
            let line = buffer[..<count].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return .line(String(decoding: line, as: UTF8.self))
        }
        return .cancelled
    }
}
