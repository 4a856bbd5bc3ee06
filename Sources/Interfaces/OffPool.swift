import Basics
import Dispatch

/// Runs work that blocks, on files or the kernel, outside the few threads that async code shares.
package func offPool<Value: Sendable>(
    _ work: @escaping @Sendable () throws(ReportableError) -> Value
) async throws(ReportableError) -> Value {
    let result: Result<Value, ReportableError> = await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            do throws(ReportableError) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}
