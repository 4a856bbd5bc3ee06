import Basics
import Interfaces
import Ledger
import StackModel

/// Runs the steps of a recorded plan: intent committed, effect, outcome committed. Decides nothing: a step runs when
/// all steps it comes after have succeeded, and the first failure ends the run.
struct PlanExecutor {
    let dependencies: Dependencies
    let engine: any Engine
    let operation: Operation
    let epoch: Int
    let inputs: @Sendable (Step) -> StepInputs
    let censor: SecretCensor
    let progress: @Sendable (ProgressEvent) -> Void

    /// At most this many steps of independent services run at once.
    private static let width = 8

    /// Returns when every step has succeeded. Throws what the first failed step threw, after the other running steps
    /// have come to rest; throws `interrupted` when the task was cancelled.
    func run() async throws(PlanFailure) {
        var queue = StepQueue(operation.plan.steps)
        var failure: PlanFailure?
        var touching: Set<Int> = []
        await withTaskGroup(of: (Step, ReportableError?).self) { group in
            var running = 0
            while true {
                while failure == nil, running < Self.width, let step = queue.next() {
                    group.addTask { (step, await attempt(step)) }
                    if Self.changesWhatRuns(step.action) { touching.insert(step.number) }
                    running += 1
                }
                guard running > 0, let (step, error) = await group.next() else { break }
                running -= 1
                guard let error else {
                    queue.finish(step)
                    continue
                }
                // The first failure is the cause; what the cancelled neighbours say is its echo.
                if failure == nil {
                    failure = PlanFailure(
                        error,
                        at: step,
                        behindPivot: queue.isBehindPivot,
                        hasEffects: !touching.subtracting([step.number]).isEmpty
                    )
                }
                group.cancelAll()
            }
        }
        if let failure { throw Task.isCancelled ? Self.interruption(of: failure) : failure }
        if !queue.isEmpty {
            throw PlanFailure(ReportableError(.broken, "the plan has steps that wait for one another"))
        }
    }

    static let interrupted = ReportableError(
        .interrupted,
        "interrupted; the journal knows how far it came",
        hint: "Run the same command again to go on, or `slipway rollback` to go back."
    )

    /// A failure that was under way when the person asked to stop is told all the same.
    private static func interruption(of failure: PlanFailure) -> PlanFailure {
        guard failure.error.code != .interrupted else { return PlanFailure(interrupted) }
        return PlanFailure(interrupted.following(failure.error))
    }

    private static func changesWhatRuns(_ action: Action) -> Bool {
        if case .storeSource = action { return false }
        return action.effectClass != .read
    }

    private func attempt(_ step: Step) async -> ReportableError? {
        let began = dependencies.now()
        do throws(ReportableError) {
            guard !Task.isCancelled else { throw Self.interrupted }
            try await perform(step)
            progress(.stepEnded(step, .succeeded, began.elapsed(until: dependencies.now())))
            return nil
        } catch {
            progress(.stepEnded(step, .failed(error), began.elapsed(until: dependencies.now())))
            return error
        }
    }

    private func perform(_ step: Step) async throws(ReportableError) {
        await reach(.beforeIntent, step)
        try await dependencies.ledger.recordIntent(
            of: step.number,
            in: operation.id,
            epoch: epoch,
            at: dependencies.now()
        )
        progress(.stepBegan(step))
        await reach(.afterIntent, step)
        do {
            try await engine.perform(step.action, with: inputs(step))
        } catch {
            let failure = await censor.censored(error)
            do {
                try await record(.failed(failure), of: step)
            } catch {
                throw error.following(failure)
            }
            throw failure
        }
        await reach(.afterEffect, step)
        try await record(.succeeded, of: step)
        await reach(.afterOutcome, step)
    }

    private func record(_ outcome: StepOutcome, of step: Step) async throws(ReportableError) {
        try await dependencies.ledger.recordOutcome(
            outcome,
            of: step.number,
            in: operation.id,
            activating: outcome == .succeeded && step.isPivot && operation.plan.purpose.activatesRelease,
            epoch: epoch,
            at: dependencies.now()
        )
    }

    private func reach(_ moment: FaultPoint.Moment, _ step: Step) async {
        await dependencies.faultPoint(FaultPoint(moment, operation.plan.purpose, step: step.number))
    }
}
