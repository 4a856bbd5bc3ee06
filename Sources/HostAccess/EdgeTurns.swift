import Basics
import Synchronization

/// Lets one change of an edge happen at a time, in the order in which they were asked for. A reload is one change from
/// its first file to its new worker: who wrote a file meanwhile would change what that worker starts from.
final class EdgeTurns: Sendable {
    /// Who waits, by directory. An edge with an entry is being changed.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    func take<Value: Sendable>(
        at directory: String,
        _ change: @Sendable () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        await begin(directory)
        defer { end(directory) }
        return try await change()
    }

    private func begin(_ directory: String) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[directory] != nil else {
                    waiting[directory] = []
                    return true
                }
                waiting[directory]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func end(_ directory: String) {
        let next: CheckedContinuation<Void, Never>? = waiting.withLock { waiting in
            guard let queue = waiting[directory], let first = queue.first else {
                waiting[directory] = nil
                return nil
            }
            waiting[directory] = Array(queue.dropFirst())
            return first
        }
        next?.resume()
    }
}
