import Basics
import GRDB
import StackModel

/// The end of an operation, which is one transaction: its state, the pointer to the current release, the stopped flag.
struct OperationEnd {
    let state: Operation.State
    let failure: ReportableError?
    let pointer: ReleasePointerChange

    /// Throws `broken` when the end contradicts the journal: nothing is green until every step of it is.
    func record(behind fence: Fence, in database: Database, at now: Instant) throws {
        let state = try fence.state.next(after: .ended(as: state))
        let operation = try Operations(database: database).existing(fence.operation)
        try check(operation, in: database)
        try fence.update(
            database,
            "UPDATE operation SET state = :state, ended_at = :now, failure = :failure WHERE id = :operation",
            ["state": state.rawValue, "now": now.milliseconds, "failure": failure.map { CanonicalJSON.text($0) }]
        )
        try movePointer(after: operation, in: database, at: now)
        try EventChain(database: database).append(
            .operationEnded(operation: operation.id, state: state, pointer: pointer, failure: failure?.message),
            about: operation.plan.stack,
            at: now
        )
    }

    private func check(_ operation: Operation, in database: Database) throws {
        guard state == .succeeded else {
            guard pointer == .none else {
                throw ReportableError(
                    .broken,
                    "operation \(operation.id) ended as \(state) and cannot \(pointer) a release"
                )
            }
            return
        }
        if let open = try StepJournal(database: database).firstOpen(in: operation.id) {
            throw ReportableError(
                .broken,
                "operation \(operation.id) cannot succeed: step \(open.number) is \(open.state)"
            )
        }
    }

    private func movePointer(after operation: Operation, in database: Database, at now: Instant) throws {
        let stacks = Stacks(database: database)
        let (plan, id) = (operation.plan, operation.id)
        switch pointer {
        case .none: break
        case .activate: try stacks.setCurrentRelease(plan.release, of: plan.stack, by: id, at: now)
        case .deactivate: try stacks.setCurrentRelease(nil, of: plan.stack, by: id, at: now)
        }
        // Only what succeeded says whether the stack is meant to run.
        if state == .succeeded { try stacks.setStopped(plan.purpose == .stop, plan.stack) }
    }
}
