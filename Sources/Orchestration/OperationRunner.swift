import Basics
import Interfaces
import Ledger
import Planning
import StackModel

/// Takes a plan through the ledger: record it whole, run it, record how it ended; and when a change fails, once,
/// the way back to the release before it.
struct OperationRunner {
    let dependencies: Dependencies
    let engine: any Engine
    let progress: @Sendable (ProgressEvent) -> Void

    /// Runs one plan. On failure the operation is closed and the error is thrown; nothing is undone here.
    /// Returns the operation's number.
    @discardableResult
    func run(_ plan: Plan, to release: Release, declared: DeclaredStack?, reason: String)
        async throws(ReportableError) -> Int
    {
        let began = dependencies.now()
        let (operation, epoch) = try await dependencies.ledger.begin(
            plan,
            actor: dependencies.actor,
            owner: dependencies.owner,
            reason: reason,
            at: began
        )
        progress(.began(plan, operation: operation.id))
        let executor = PlanExecutor(
            dependencies: dependencies,
            engine: engine,
            operation: operation,
            epoch: epoch,
            inputs: inputs(for: release, declared: declared),
            progress: progress
        )
        do {
            try await executor.run()
        } catch {
            let state: Operation.State = error.code == .interrupted ? .interrupted : .failed
            try await finish(operation, as: state, failure: error, pointer: .none, epoch: epoch)
            throw error
        }
        let pointer: ReleasePointerChange =
            plan.purpose.activatesRelease ? .activate : plan.purpose == .down ? .deactivate : .none
        try await finish(operation, as: .succeeded, failure: nil, pointer: pointer, epoch: epoch)
        progress(.ended(plan.purpose, began.elapsed(until: dependencies.now())))
        return operation.id
    }

    /// Looks again and goes back to the previous release, once. Without one, what was started is stopped and left for
    /// inspection.
    func revert(from failed: Release, to previous: Release?, after failure: ReportableError)
        async throws(ReportableError)
    {
        progress(.reverting(failure))
        let observed = try await engine.observe(failed.stack.id, .probed)
        let target = previous ?? failed
        let request = PlanRequest(purpose: previous == nil ? .stop : .revert, target: target)
        let plan = try Planner.plan(request, observed: observed)
        let reason =
            previous.map { "revert to release \($0.number): \(failure.message)" } ?? "stop: \(failure.message)"
        try await run(plan, to: target, declared: nil, reason: reason)
    }

    /// The ledger must learn the end even when the task is being cancelled.
    private func finish(
        _ operation: Operation,
        as state: Operation.State,
        failure: ReportableError?,
        pointer: ReleasePointerChange,
        epoch: Int
    ) async throws(ReportableError) {
        let dependencies = dependencies
        let end = Task { () -> ReportableError? in
            do throws(ReportableError) {
                try await dependencies.ledger.finish(
                    operation.id,
                    as: state,
                    failure: failure,
                    pointer: pointer,
                    epoch: epoch,
                    at: dependencies.now()
                )
                return nil
            } catch {
                return error
            }
        }
        if let error = await end.value { throw error }
    }

    private func inputs(for release: Release, declared: DeclaredStack?)
        -> @Sendable (Step) throws(ReportableError) -> StepInputs
    {
        let dependencies = dependencies
        let progress = progress
        return { (step) throws(ReportableError) in
            let template = step.action.service.flatMap { release.contents.templates[$0] }
            let secrets = try dependencies.secrets()
            return StepInputs(
                stack: release.stack.id,
                release: release.number,
                template: template,
                addresses: release.contents.addresses,
                sourceDirectory: step.action.service.flatMap { declared?.sourceDirectory(of: $0) },
                secret: { (name) throws(ReportableError) in
                    guard let version = template?.secrets[name] ?? release.contents.secrets[name] else {
                        throw ReportableError(.secretFailed, "release \(release.number) has no version of \(name)")
                    }
                    return try await secrets.open(name, version: version, of: release.stack.id)
                },
                report: { progress(.stepNote(step, $0)) }
            )
        }
    }
}
