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
    /// A person has decided that steps in which processes died are tried again.
    let retryCrashed: Bool

    /// Runs one plan. On failure the operation is closed and the error is thrown; nothing is undone here.
    func run(_ plan: Plan, to release: Release, declared: DeclaredStack?, reason: String) async throws(PlanFailure) {
        let began = dependencies.now()
        if !retryCrashed { try await checkQuarantine(of: plan) }
        let (operation, epoch) = try await begin(plan, reason: reason, at: began)
        progress(.began(plan, operation: operation.id))
        let executor = PlanExecutor(
            dependencies: dependencies,
            engine: engine,
            operation: operation,
            epoch: epoch,
            inputs: inputs(for: release, declared: declared, began: began),
            censor: SecretCensor(secrets: dependencies.secrets, release: release),
            progress: progress
        )
        do {
            try await executor.run()
        } catch {
            let state: Operation.State = error.error.code == .interrupted ? .interrupted : .failed
            do {
                try await finish(operation, as: state, failure: error.error, epoch: epoch)
            } catch let obstacle {
                throw error.unrecorded(because: obstacle.error)
            }
            throw error
        }
        try await finish(operation, as: .succeeded, failure: nil, epoch: epoch)
        progress(.ended(plan.purpose, began.elapsed(until: dependencies.now())))
    }

    /// Looks again and goes back to the previous release, once. Without one, what was started is stopped and left for
    /// inspection. Data that was swapped is swapped back.
    func revert(
        from failed: Release,
        to previous: Release?,
        swappingBack data: [ServiceName: WantedData],
        after failure: ReportableError
    ) async throws(ReportableError) {
        progress(.reverting(failure))
        let observed = try await engine.observe(failed.stack.id, .probed)
        let target = try await Preflight(engine: engine).check(previous ?? failed, leniently: true).release
        var request = PlanRequest(purpose: previous == nil ? .stop : .revert, target: target)
        if !data.isEmpty {
            request.purpose = .restore
            request.data = data.mapValues(\.opposite)
        }
        let plan = try Planner.plan(request, observed: observed)
        try Preflight.checkSources(of: plan, from: nil)
        // Which failure it was stands with the operation before this one.
        let reason =
            data.isEmpty
            ? previous.map { "revert to release \($0.number) after a failure" } ?? "stop after a failure"
            : "put the data back after a failure"
        do {
            try await run(plan, to: target, declared: nil, reason: reason)
        } catch {
            throw error.error
        }
    }

    private func checkQuarantine(of plan: Plan) async throws(PlanFailure) {
        do {
            try await Recovery(dependencies: dependencies).checkQuarantine(of: plan)
        } catch {
            throw PlanFailure(error)
        }
    }

    private func begin(_ plan: Plan, reason: String, at now: Instant)
        async throws(PlanFailure) -> (Operation, epoch: Int)
    {
        do {
            return try await dependencies.ledger.begin(
                plan,
                actor: dependencies.actor,
                owner: dependencies.owner,
                reason: reason,
                at: now
            )
        } catch {
            throw PlanFailure(error)
        }
    }

    private func finish(_ operation: Operation, as state: Operation.State, failure: ReportableError?, epoch: Int)
        async throws(PlanFailure)
    {
        do {
            try await dependencies.ledger.finish(
                operation.id,
                as: state,
                failure: failure,
                epoch: epoch,
                at: dependencies.now()
            )
        } catch {
            throw PlanFailure(error)
        }
    }

    private func inputs(for release: Release, declared: DeclaredStack?, began: Instant)
        -> @Sendable (Step) -> StepInputs
    {
        let dependencies = dependencies
        let progress = progress
        return { step in
            let template = step.action.service.flatMap { release.contents.templates[$0] }
            return StepInputs(
                stack: release.stack.id,
                release: release.number,
                began: began,
                template: template,
                addresses: release.contents.addresses,
                sourceDirectory: step.action.service.flatMap { declared?.sourceDirectory(of: $0) },
                secret: { (name) throws(ReportableError) in
                    guard let version = template?.secrets[name] ?? release.contents.secrets[name] else {
                        throw ReportableError(.secretFailed, "release \(release.number) has no version of \(name)")
                    }
                    return try await dependencies.secrets.open(name, version: version, of: release.stack.id)
                },
                report: { progress(.stepNote(step, $0)) }
            )
        }
    }
}
