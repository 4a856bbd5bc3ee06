import Basics

/// One run of a plan, from its record in the ledger to its end.
package struct Operation: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Recorded with its plan; effects may have begun.
        case running
        case succeeded
        /// Ended in failure; what follows from that is another operation.
        case failed
        /// The person asked to stop; the next command goes on from what it observes.
        case interrupted
        /// Its process died; found by the next command.
        case crashed

        package var isActive: Bool { self == .running }
    }

    package let id: Int
    package let plan: Plan
    package var state: State
    package let startedAt: Instant
    package var endedAt: Instant?
    /// Who asked for it: user and host.
    package let actor: String
    /// The process that runs it.
    package let owner: OwnerID
    package let reason: String
    package var failure: ReportableError?

    package init(
        id: Int,
        plan: Plan,
        state: State,
        startedAt: Instant,
        endedAt: Instant? = nil,
        actor: String,
        owner: OwnerID,
        reason: String,
        failure: ReportableError? = nil
    ) {
        self.id = id
        self.plan = plan
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.actor = actor
        self.owner = owner
        self.reason = reason
        self.failure = failure
    }
}

/// A process, named so that a recycled number is never mistaken for it.
package struct OwnerID: Hashable, Sendable, Codable {
    package let bootID: String
    package let processID: Int
    /// Field 22 of `/proc/PID/stat`: clock ticks after boot.
    package let startTicks: Int

    package init(bootID: String, processID: Int, startTicks: Int) {
        self.bootID = bootID
        self.processID = processID
        self.startTicks = startTicks
    }
}
