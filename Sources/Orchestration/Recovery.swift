import Basics
import Ledger
import StackModel

/// Closes what a dead process left open. Called under the stack's lock, so whoever began an active operation is gone.
/// Nothing is resumed by step number: the caller observes the world and plans again.
struct Recovery {
    /// A step that was cut short this often is not tried again by itself.
    static let patience = 3

    let dependencies: Dependencies

    /// The operation that was closed, if there was one.
    func closeUnfinished(of stack: StackID) async throws(ReportableError) -> Operation? {
        guard let operation = try await dependencies.ledger.activeOperation(of: stack) else { return nil }
        let epoch = try await dependencies.ledger.takeOver(
            operation.id,
            by: dependencies.owner,
            at: dependencies.now()
        )
        try await dependencies.ledger.finish(
            operation.id,
            as: .crashed,
            failure: nil,
            pointer: .none,
            epoch: epoch,
            at: dependencies.now()
        )
        return operation
    }

    /// Refuses a plan with a step in which the process died three times in a row.
    func checkQuarantine(of plan: Plan, stack: StackID) async throws(ReportableError) {
        for step in plan.steps {
            let key = StepKey.of(step, in: plan)
            guard try await dependencies.ledger.crashes(of: key, in: stack) >= Self.patience else { continue }
            throw ReportableError(
                .needsDecision,
                "slipway died \(Self.patience) times in a row while it tried to \(step.action.summary)",
                hint: "Look at the service's logs, then run the command again with --retry-crashed."
            )
        }
    }
}
