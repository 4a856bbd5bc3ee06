import Basics
import GRDB
import StackModel

/// The end of an operation, which is one transaction: its state, and where it succeeded what is current and what is
/// stopped from here on.
struct OperationEnd {
    let state: Operation.State
    let failure: ReportableError?

    /// Throws `broken` when the end contradicts the journal: nothing is green until every step of it is.
    func record(behind fence: Fence, in database: Database, at now: Instant) throws {
        let state = try fence.state.next(after: .ended(as: state))
        let operation = try Operations(database: database).existing(fence.operation)
        if state == .succeeded { try check(operation, in: database) }
        try fence.update(
            database,
            "UPDATE operation SET state = :state, ended_at = :now, failure = :failure WHERE id = :operation",
            ["state": state.rawValue, "now": now.milliseconds, "failure": failure.map { CanonicalJSON.text($0) }]
        )
        if state == .succeeded { try settle(operation, in: database, at: now) }
        try EventChain(database: database).append(
            .operationEnded(operation: operation.id, state: state, failure: failure?.message),
            about: operation.plan.stack,
            at: now
        )
    }

    private func check(_ operation: Operation, in database: Database) throws {
        if let open = try StepJournal(database: database).firstOpen(in: operation.id) {
            throw ReportableError(
                .broken,
                "operation \(operation.id) cannot succeed: step \(open.number) is \(open.state)"
            )
        }
    }

    /// Only what succeeded says what is current and what is meant to run.
    private func settle(_ operation: Operation, in database: Database, at now: Instant) throws {
        let plan = operation.plan
        if plan.purpose.activatesRelease { return try Activations(database: database).record(operation, at: now) }
        if plan.purpose == .down { try Stacks(database: database).setCurrentRelease(nil, of: plan.stack) }
        try StoppedServices(database: database).note(plan)
    }
}
