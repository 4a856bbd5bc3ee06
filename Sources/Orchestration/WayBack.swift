import Basics
import Ledger
import StackModel

/// Decides what a failed change leads to, and goes there, once.
struct WayBack {
    let proposal: Proposal
    let target: Release
    let runner: OperationRunner

    /// Returns the release that the stack is back at; nil when there was none before and everything is stopped.
    /// Throws the failure itself where there is no way back, or none is wanted.
    func go(after failure: PlanFailure) async throws(ReportableError) -> Release? {
        let cause = failure.error
        guard !failure.isBehindPivot else { throw behindPivot(failure) }
        guard failure.asksForWayBack, try await leadsSomewhere() else { throw cause }
        guard !pauses(after: failure) else {
            throw ReportableError(
                .needsDecision,
                "paused: \(cause.message)",
                hint: "Mend it and run the command again, or go back with `slipway rollback`.",
                details: cause.details
            )
        }
        let goal = [.restart, .restore].contains(proposal.plan.purpose) ? target : proposal.previous
        do {
            try await runner.revert(from: target, to: goal, swappingBack: swapped, after: cause)
            return goal
        } catch {
            guard error.code != .interrupted else { throw error.following(cause) }
            throw ReportableError(
                .needsDecision,
                "\(cause.message); and the way back failed too: \(error.message)",
                hint: error.code == .needsDecision
                    ? error.hint : "Look with `slipway status`, then `slipway rollback` or `slipway deploy`.",
                details: cause.details + error.details
            )
        }
    }

    /// What was live before the change stays so, whether it was asked for or not. Before a rebuild nothing was.
    private var swapped: [ServiceName: WantedData] {
        guard proposal.plan.purpose == .restore else { return [:] }
        let services = Set(
            proposal.plan.steps.compactMap { step -> ServiceName? in
                switch step.action {
                case .swapIn(let service, _), .swapOut(let service, _): service
                default: nil
                }
            }
        )
        return proposal.change.data.filter { services.contains($0.key) }
    }

    /// A repair of the current release has nowhere to go back to: the same would only be tried a second time.
    /// A restart goes back to the state it began in, which cannot be told from here while other services are stopped.
    private func leadsSomewhere() async throws(ReportableError) -> Bool {
        switch proposal.plan.purpose {
        case .deploy, .rollback, .revert, .scale, .rebuild: proposal.previous?.digest != target.digest
        case .restart: try await runner.dependencies.ledger.summary(of: proposal.stack).stopped.isEmpty
        case .restore: !swapped.isEmpty
        case .stop, .down: false
        }
    }

    /// The service whose step failed wants a person to look before anything else is done.
    private func pauses(after failure: PlanFailure) -> Bool {
        failure.services.contains { target.stack.service($0)?.rollout.onFailure == .pause }
    }

    private func behindPivot(_ failure: PlanFailure) -> ReportableError {
        let cause = failure.error
        guard proposal.plan.purpose.activatesRelease, failure.step != nil else { return cause }
        return ReportableError(
            cause.code,
            "release \(target.number) serves and is current, but cleaning up behind it failed: \(cause.message)",
            hint: "Run the same command again: it cleans up the rest.",
            details: cause.details
        )
    }
}
