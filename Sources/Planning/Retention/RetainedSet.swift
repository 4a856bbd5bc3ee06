import Basics
import StackModel

/// What retention has to know of one backup set of a policy.
package struct RetainedSet: Hashable, Sendable {
    /// How far a set has come on its way from being captured to being proven.
    package enum State: Int, Hashable, Sendable, Comparable, CaseIterable {
        case captured, committed, verified, proven

        package static func < (left: State, right: State) -> Bool { left.rawValue < right.rawValue }
    }

    package let id: String
    /// The moment whose state it holds.
    package let at: Instant
    package let state: State
    /// Kept until somebody takes the pin away.
    package let isPinned: Bool
    /// Kept at least until then.
    package let heldUntil: Instant?
    /// What was last read of it was not what was stored.
    package let isDamaged: Bool

    package init(
        id: String,
        at: Instant,
        state: State,
        isPinned: Bool = false,
        heldUntil: Instant? = nil,
        isDamaged: Bool = false
    ) {
        self.id = id
        self.at = at
        self.state = state
        self.isPinned = isPinned
        self.heldUntil = heldUntil
        self.isDamaged = isDamaged
    }
}
