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
