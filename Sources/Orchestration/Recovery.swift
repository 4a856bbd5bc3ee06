import Basics
import Ledger
import StackModel

/// Closes what a dead process left open. Called under the stack's lock, so whoever began an active operation is gone.
/// Nothing is resumed by step number: the caller observes the world and plans again.
struct Recovery {
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
            epoch: epoch,
            at: dependencies.now()
        )
        return operation
    }

    /// Refuses a plan with a step in which processes died: three times in a row, or once where doing it again could be
    /// one time too many. Steps that were begun side by side are all suspects, because the journal cannot tell which of
    /// them it was; each is cleared by its next success or failure.
    func checkQuarantine(of plan: Plan) async throws(ReportableError) {
        let suspects = try await dependencies.ledger.crashes(in: plan)
            .filter { $0.count >= Self.patience(with: $0.step.action.effectClass) }
        guard let first = suspects.first else { return }
        let times = first.count == 1 ? "" : " \(first.count) times in a row"
        throw ReportableError(
            .needsDecision,
            "slipway died\(times) while it tried to \(first.step.action.summary)",
            hint: "Look with `slipway status` and `slipway logs`, then run the command again with --retry-crashed.",
            details: suspects.dropFirst().map { "at the same time it tried to \($0.step.action.summary)" }
        )
    }

    /// How often a process may die in a step before a person is asked.
    private static func patience(with effect: EffectClass) -> Int {
        switch effect {
        case .read, .idempotent, .keyed: 3
        case .atMostOnce: 1
        }
    }
}
