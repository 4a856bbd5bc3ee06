import Basics

/// An operation without its plan: what it was, who asked for it and how it ended.
package struct OperationOutline: Hashable, Sendable, Codable {
    package let id: Int
    package let purpose: Plan.Purpose
    /// The number of the release it led, or was to lead, to.
    package let release: Int
    package let state: Operation.State
    package let startedAt: Instant
    package let endedAt: Instant?
    /// Who asked for it: user and host.
    package let actor: String
    /// The process that runs it, or did.
    package let owner: OwnerID
    package let reason: String
    package let failure: ReportableError?

    package init(
        id: Int,
        purpose: Plan.Purpose,
        release: Int,
        state: Operation.State,
        startedAt: Instant,
        endedAt: Instant?,
        actor: String,
        owner: OwnerID,
        reason: String,
        failure: ReportableError?
    ) {
        self.id = id
        self.purpose = purpose
        self.release = release
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.actor = actor
        self.owner = owner
        self.reason = reason
        self.failure = failure
    }

    package init(_ operation: Operation) {
        self.init(
            id: operation.id,
            purpose: operation.plan.purpose,
            release: operation.plan.release,
            state: operation.state,
            startedAt: operation.startedAt,
            endedAt: operation.endedAt,
            actor: operation.actor,
            owner: operation.owner,
            reason: operation.reason,
            failure: operation.failure
        )
    }
}
