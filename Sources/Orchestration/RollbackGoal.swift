import Basics
import Ledger
import StackModel

/// Where a rollback leads.
struct RollbackGoal {
    let ledger: Ledger
    let stack: StackID
    /// The release that is current now.
    let current: Release?

    /// The release of that number, or without one the last good release before the current one.
    func release(_ number: Int?) async throws(ReportableError) -> Release {
        if let number {
            if let release = try await ledger.release(number, of: stack) { return release }
            throw ReportableError(
                .usage,
                "\(stack) has no release \(number)",
                hint: "See them all with `slipway history`."
            )
        }
        guard let current else { throw try await nothingCurrent() }
        if let unfinished = try await wayBack(from: current) { return unfinished }
        guard let release = try await ledger.lastGoodRelease(before: current.number, of: stack) else {
            throw ReportableError(
                .notFound,
                "\(stack) has no earlier good release than \(current.number)",
                hint: "See all releases with `slipway history`."
            )
        }
        return release
    }

    /// After a `down` there is nothing to go back from, but somewhere to go.
    private func nothingCurrent() async throws(ReportableError) -> ReportableError {
        let nothing = ReportableError.notDeployed(stack)
        guard let last = try await ledger.release(before: .max, of: stack) else { return nothing }
        return ReportableError(
            nothing.code,
            nothing.message,
            hint: "Deploy it with `slipway deploy`. Or, where it kept its data, go back to the release that ran last "
                + "with `slipway rollback --to \(last.number)`."
        )
    }

    /// What a person should know of a release before going back to it.
    func doubts(about release: Release) async throws(ReportableError) -> [String] {
        guard let doubt = try await ledger.doubt(about: release.number, of: stack) else { return [] }
        let never = "release \(release.number) was never current"
        guard let last = doubt.lastAttempt else { return ["\(never): nobody ever deployed it"] }
        let end = last.failure.map { "\(last.state): \($0.message)" } ?? "\(last.state)"
        return ["\(never): operation \(last.id) (\(last.reason)) \(last.state.isActive ? "was cut short" : end)"]
    }

    /// Where back leads when the last change did not get to its end: a way back that was begun is gone to its own end,
    /// and from the way to another release it is back to the one that is current still. Nil when the last change did.
    private func wayBack(from current: Release) async throws(ReportableError) -> Release? {
        guard let last = try await ledger.operations(of: stack, limit: 1).first, last.state != .succeeded else {
            return nil
        }
        switch last.plan.purpose {
        case .rollback, .revert: return try await ledger.release(last.plan.release, of: stack)
        case .deploy, .scale, .rebuild: return last.plan.release == current.number ? nil : current
        case .restart, .stop, .down, .restore: return nil
        }
    }
}
