import Basics
import Dispatch

/// Runs work that blocks outside the threads that async code shares.
func blocking<Value: Sendable>(
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
