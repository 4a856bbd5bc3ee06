import Basics
import StackModel

/// Which sets of a policy stay in its stores and which go, each with its reasons.
package struct PruneOutcome: Hashable, Sendable, Codable {
    package struct Row: Hashable, Sendable, Codable {
        package let store: StoreName
        package let set: String
        /// The moment whose state it holds.
        package let captured: Instant
        /// Bytes as stored.
        package let size: Int
        /// Why it stays; empty for one that goes.
        package let reasons: [String]

        package var goes: Bool { reasons.isEmpty }
    }

    package let stack: StackID
    package let policy: String
    /// Newest first, store by store.
    package internal(set) var rows: [Row] = []
    /// Deleted by this call: none when it only looked.
    package internal(set) var deleted: [String] = []
    /// What interrupted runs had left in the stores, and is gone now.
    package internal(set) var swept = 0

    package var deletions: [Row] { rows.filter(\.goes) }
}
