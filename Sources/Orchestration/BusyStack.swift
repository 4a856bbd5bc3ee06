import Basics
import Ledger
import StackModel

/// Tells somebody who finds a stack taken what its holder is doing: the lock knows who and since when, the journal
/// knows the step.
struct BusyStack {
    let dependencies: Dependencies
    let stack: StackID

    /// The same refusal with the step that is being done. Never hides the refusal behind a failure of its own.
    func explained(_ refusal: ReportableError) async -> ReportableError {
        let ledger = dependencies.ledger
        guard refusal.code == .stackBusy, let operation = try? await ledger.activeOperation(of: stack),
            let steps = try? await ledger.steps(of: operation.id)
        else { return refusal }
        return ReportableError(
            refusal.code,
            refusal.message,
            hint: refusal.hint,
            details: refusal.details + [
                Self.words(operation, steps, at: dependencies.now())
            ]
        )
    }

    static func words(_ operation: Operation, _ steps: [StepRecord], at now: Instant) -> String {
        let count = steps.count
        let title = "operation \(operation.id) (\(operation.plan.purpose), release \(operation.plan.release))"
        let begun = steps.filter { $0.state == .begun }
        guard let step = begun.first else {
            let done = steps.count { $0.state == .succeeded }
            return "\(title) is between two steps: \(done) of \(count) are done"
        }
        let others = begun.count > 1 ? ", and \(begun.count - 1) more at the same time" : ""
        let since = step.beganAt.map { ", for \($0.elapsed(until: now).spoken)" } ?? ""
        return "\(title) is doing step \(step.step.number) of \(count): \(step.step.action.summary)\(since)\(others)"
    }
}
