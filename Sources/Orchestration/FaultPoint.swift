import StackModel

/// A moment in the life of a step, for tests that kill the process there.
package struct FaultPoint: Hashable, Sendable {
    package enum Moment: String, Hashable, Sendable, CaseIterable {
        case beforeIntent = "before-intent"
        case afterIntent = "after-intent"
        case afterEffect = "after-effect"
        case afterOutcome = "after-outcome"
    }

    package let moment: Moment
    package let purpose: Plan.Purpose
    package let step: Int

    package init(_ moment: Moment, _ purpose: Plan.Purpose, step: Int) {
        self.moment = moment
        self.purpose = purpose
        self.step = step
    }
}
