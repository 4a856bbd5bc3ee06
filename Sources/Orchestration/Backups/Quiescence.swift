import Basics
import Interfaces
import Ledger
import StackModel

/// Brings a service to rest for as long as its files are read, as its policy says. A service without a running replica is
/// at rest.
struct Quiescence: Sendable {
    let quiesce: Quiesce?
    let policy: String
    let service: ServiceName
    let stack: StackID
    let dependencies: Dependencies

    private var timeout: TimeSpan { quiesce?.timeout ?? Quiesce.patience }

    /// Whatever happens, the service is told to go on: here, or by whoever comes next when this process dies meanwhile.
    /// Throws `engineFailed` when a program ends with another status than 0 or not in time, and what `work` throws.
    func hold<Value: Sendable>(
        _ work: @Sendable () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        guard let quiesce else { return try await work() }
        let awakening = Awakening(dependencies: dependencies)
        for left in try await dependencies.ledger.rests(of: stack) where left.policy == policy {
            try await awakening.end(left)
        }
        guard let replica = try await awakening.replica(of: service, in: stack) else { return try await work() }
        let rest = quiesce.after.map { after in
            Rest(of: service, in: stack, by: policy, after: after, timeout: timeout, since: dependencies.now())
        }
        if let rest { try await dependencies.ledger.beginRest(rest) }
        let result: Result<Value, ReportableError>
        do throws(ReportableError) {
            if let before = quiesce.before {
                try await awakening.run(before, beside: replica, of: stack, within: timeout)
            }
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        let failure = await end(rest, awakening)
        switch (result, failure) {
        case (.success(let value), nil): return value
        case (.success, let failure?): throw failure
        case (.failure(let error), nil): throw error
        case (.failure(let error), let failure?): throw error.adding(failure)
        }
    }

    /// Also in a cancelled task.
    private func end(_ rest: Rest?, _ awakening: Awakening) async -> ReportableError? {
        guard let rest else { return nil }
        return await Task.detached { () -> ReportableError? in
            do throws(ReportableError) {
                try await awakening.end(rest)
                return nil
            } catch {
                return error.during("\(rest.service) may still be at rest")
            }
        }.value
    }
}

extension ReportableError {
    /// What went wrong besides.
    fileprivate func adding(_ other: ReportableError) -> ReportableError {
        ReportableError(code, message, hint: hint ?? other.hint, details: details + [other.message] + other.details)
    }
}
