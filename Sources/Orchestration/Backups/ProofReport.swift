import Basics
import StackModel

/// That a set was restored beside everything live, and holds what it was made of.
package struct ProofReport: Hashable, Sendable, Codable {
    package let stack: StackID
    package let policy: String
    package let store: StoreName
    package let set: String
    /// What was counted, by what it is, and which program has loaded it.
    package let evidence: [String: String]
    /// From the first byte read to the last answer: what a restore takes, but for the swap.
    package let recoveryTime: TimeSpan
    /// How old its state was when it was proven: what would have been lost at that moment.
    package let recoveryPoint: TimeSpan
}
