import Basics
import StackModel

/// One step of an operation as the journal has it.
package struct StepRecord: Hashable, Sendable, Codable {
    package let step: Step
    /// The same in every operation that wants the same effect; see `StepKey`.
    package let key: Digest
    package let state: StepState
    package let beganAt: Instant?
    package let endedAt: Instant?
    package let failure: ReportableError?

    package init(
        step: Step,
        key: Digest,
        state: StepState,
        beganAt: Instant?,
        endedAt: Instant?,
        failure: ReportableError?
    ) {
        self.step = step
        self.key = key
        self.state = state
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.failure = failure
    }
}

/// Names the effect of a step, so that an engine finds what an earlier attempt made and a step that crashes over and
/// over is known again. Holds no attempt number, no time and no position in a plan.
package enum StepKey {
    package static func of(_ step: Step, in plan: Plan) -> Digest {
        struct Essence: Encodable {
            let stack: StackID
            let release: Digest
            let purpose: Plan.Purpose
            let action: Action
        }
        return Digest(
            ofCanonical: Essence(
                stack: plan.stack,
                release: plan.releaseDigest,
                purpose: plan.purpose,
                action: step.action
            )
        )
    }
}
