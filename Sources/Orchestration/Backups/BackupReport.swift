import Basics
import StackModel

/// What a run of a policy has made.
package struct BackupReport: Hashable, Sendable, Codable {
    package struct Copy: Hashable, Sendable, Codable {
        package let store: StoreName
        package let set: String
        /// Bytes as stored.
        package let size: Int
    }

    package let stack: StackID
    package let policy: String
    /// The first is the one that was made from the data, the others from it.
    package let copies: [Copy]
    package let elapsed: TimeSpan

    package init(stack: StackID, policy: String, copies: [Copy], elapsed: TimeSpan) {
        self.stack = stack
        self.policy = policy
        self.copies = copies
        self.elapsed = elapsed
    }
}
