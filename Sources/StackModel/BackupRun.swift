import Basics

/// One run of a backup policy, as the ledger remembers it.
package struct BackupRun: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case running, succeeded, failed
    }

    /// What is done for the policy.
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A set is made.
        case backup
        /// The newest set is restored beside the live data, and probed.
        case prove
    }

    package let id: Int
    package let stack: StackID
    package let policy: String
    package let kind: Kind
    /// The due time it was made for; nil where a person asked for it.
    package let due: Instant?
    package let state: State
    package let startedAt: Instant
    package let endedAt: Instant?
    package let actor: String
    package let owner: OwnerID
    /// The set that it committed, or proved.
    package let set: String?
    /// What was measured, by name.
    package let evidence: [String: String]
    package let failure: ReportableError?

    package init(
        id: Int,
        stack: StackID,
        policy: String,
        kind: Kind = .backup,
        due: Instant?,
        state: State,
        startedAt: Instant,
        endedAt: Instant? = nil,
        actor: String,
        owner: OwnerID,
        set: String? = nil,
        evidence: [String: String] = [:],
        failure: ReportableError? = nil
    ) {
        self.id = id
        self.stack = stack
        self.policy = policy
        self.kind = kind
        self.due = due
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.actor = actor
        self.owner = owner
        self.set = set
        self.evidence = evidence
        self.failure = failure
    }
}
