import Basics
import Dispatch

/// A thread for calls that block, one after the other, so that none of them holds a thread that tasks run on.
struct BlockingQueue: Sendable {
    private let queue: DispatchQueue

    init(_ label: String) {
        self.queue = DispatchQueue(label: label)
    }

    /// Runs the whole of `work` without anything else of this queue in between.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let result: Result<Value, ReportableError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(ReportableError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
