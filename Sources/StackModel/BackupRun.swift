import Basics

/// One run of a backup policy, as the ledger remembers it.
package struct BackupRun: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case running, succeeded, failed
    }

    package let id: Int
    package let stack: StackID
    package let policy: String
    /// The due time it was made for; nil where a person asked for it.
    package let due: Instant?
    package let state: State
    package let startedAt: Instant
    package let endedAt: Instant?
    package let actor: String
    package let owner: OwnerID
    /// The set it committed.
    package let set: String?
    package let failure: ReportableError?

    package init(
        id: Int,
        stack: StackID,
        policy: String,
        due: Instant?,
        state: State,
        startedAt: Instant,
        endedAt: Instant? = nil,
        actor: String,
        owner: OwnerID,
        set: String? = nil,
        failure: ReportableError? = nil
    ) {
        self.id = id
        self.stack = stack
        self.policy = policy
        self.due = due
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.actor = actor
        self.owner = owner
        self.set = set
        self.failure = failure
    }
}
