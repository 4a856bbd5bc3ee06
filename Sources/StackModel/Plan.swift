import Basics

/// What is to be done, step by step, each with its cause. Made by the planner, reviewed by a person, run by the executor.
package struct Plan: Hashable, Sendable, Codable {
    package enum Purpose: String, Hashable, Sendable, Codable {
        case deploy, rollback, revert, scale, restart, stop, down, restore
        /// A deploy to a machine that has nothing yet, whose services begin with the data of backups.
        case rebuild

        /// Whether success makes the target release the current one.
        package var activatesRelease: Bool {
            switch self {
            case .deploy, .rollback, .revert, .scale, .rebuild: true
            case .restart, .stop, .down, .restore: false
            }
        }
    }

    package let purpose: Purpose
    package let stack: StackID
    /// The release the plan leads to; the one being left for `stop` and `down`.
    package let release: Int
    /// Digest of the contents of that release.
    package let releaseDigest: Digest
    /// For `restart`, `stop` and `restore`: only these services, sorted. Nil means all.
    package let services: [ServiceName]?
    /// Fingerprint of the observation the plan was made from.
    package let basis: Digest
    /// In an order in which they could run one after the other.
    package let steps: [Step]
    /// Doubts a person should read: limits that cannot be met, strategies that were not possible.
    package let warnings: [String]

    package init(
        purpose: Purpose,
        stack: StackID,
        release: Int,
        releaseDigest: Digest,
        services: [ServiceName]? = nil,
        basis: Digest,
        steps: [Step],
        warnings: [String] = []
    ) {
        self.purpose = purpose
        self.stack = stack
        self.release = release
        self.releaseDigest = releaseDigest
        self.services = services
        self.basis = basis
        self.steps = steps
        self.warnings = warnings
    }

    package var isEmpty: Bool { steps.isEmpty }

    /// Binds what was reviewed to what runs.
    package var digest: Digest { Digest(ofCanonical: self) }
}

package struct Step: Hashable, Sendable, Codable {
    /// Counts from one within its plan.
    package let number: Int
    package let action: Action
    /// Why, in words.
    package let cause: String
    /// Steps that must have succeeded before this one may begin; all have smaller numbers.
    package let after: [Int]
    /// Before the pivot a failure is undone; after it the only way is forward.
    package let isPivot: Bool

    package init(number: Int, action: Action, cause: String, after: [Int], isPivot: Bool = false) {
        self.number = number
        self.action = action
        self.cause = cause
        self.after = after.sorted()
        self.isPivot = isPivot
    }
}
