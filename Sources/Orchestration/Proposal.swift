import Basics
import StackModel

/// A plan as it is shown to a person before anything happens. What was reviewed is what runs: `carryOut` plans again
/// under the stack's lock and stops when the outcome differs.
package struct Proposal: Sendable {
    package let change: Change
    package let stack: StackID
    package let plan: Plan
    /// The release the plan leads to. Not in the ledger yet when the proposal would make a new one.
    package let target: Release
    /// The release that is current now.
    package let previous: Release?
    /// What the machine lacks, and other doubts of the engine.
    package let warnings: [String]
    /// An operation whose process died and that `carryOut` will close before it begins.
    package let unfinished: Operation?

    /// Nothing to do, and nothing left over from a crash.
    package var isEmpty: Bool { changesNothing && unfinished == nil }

    /// Neither what runs nor what is current would be another. Of a stack that is down nothing is current.
    var changesNothing: Bool { plan.isEmpty && (plan.purpose == .down || previous?.number == target.number) }
}
