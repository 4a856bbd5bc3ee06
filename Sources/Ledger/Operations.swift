import Basics
import GRDB
import StackModel

/// The table of operations. A partial unique index allows one active operation per stack.
struct Operations {
    let database: Database

    func begin(
        _ plan: Plan,
        actor: String,
        owner: OwnerID,
        reason: String,
        at now: Instant
    ) throws -> (operation: Operation, epoch: Int) {
        if let active = try active(of: plan.stack) { throw Self.busy(active, now: now) }
        let epoch = try Stacks(database: database).raiseEpoch(of: plan.stack)
        let state = Operation.State.running
        try database.execute(
            sql: """
                INSERT INTO operation (stack, plan, state, started_at, actor, owner, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                plan.stack.description, CanonicalJSON.text(plan), state.rawValue, now.milliseconds, actor,
                CanonicalJSON.text(owner), reason,
            ]
        )
        let operation = Operation(
            id: Int(database.lastInsertedRowID),
            plan: plan,
            state: state,
            startedAt: now,
            actor: actor,
            owner: owner,
            reason: reason
        )
        try StepJournal(database: database).record(plan, as: operation.id)
        try EventChain(database: database).append(
            .operationBegan(
                operation: operation.id,
                purpose: plan.purpose,
                release: plan.release,
                plan: plan.digest,
                epoch: epoch,
                by: actor
            ),
            about: plan.stack,
            at: now
        )
        return (operation, epoch)
    }

    func takeOver(_ id: Int, by owner: OwnerID, at now: Instant) throws -> Int {
        let operation = try existing(id)
        let state = try operation.state.next(after: .takenOver)
        let epoch = try Stacks(database: database).raiseEpoch(of: operation.plan.stack)
        try database.execute(
            sql: "UPDATE operation SET state = ?, owner = ? WHERE id = ?",
            arguments: [state.rawValue, CanonicalJSON.text(owner), id]
        )
        try EventChain(database: database).append(
            .operationTakenOver(operation: id, epoch: epoch, owner: owner),
            about: operation.plan.stack,
            at: now
        )
        return epoch
    }

    func find(_ id: Int) throws -> Operation? {
        try fetch("id = ?", [id], limit: 1).first
    }

    func existing(_ id: Int) throws -> Operation {
        guard let operation = try find(id) else {
            throw ReportableError(.notFound, "the ledger has no operation \(id)")
        }
        return operation
    }

    func active(of stack: StackID) throws -> Operation? {
        try fetch("stack = ? AND state = 'running'", [stack.description], limit: 1).first
    }

    /// Newest first.
    func list(of stack: StackID, limit: Int) throws -> [Operation] {
        try fetch("stack = ?", [stack.description], limit: limit)
    }

    func lastOutline(of stack: StackID) throws -> OperationOutline? {
        try outline("stack = ?", [stack.description])
    }

    /// The last one that was to lead to this release.
    func lastOutline(of stack: StackID, to release: Int) throws -> OperationOutline? {
        try outline("stack = ? AND plan ->> '$.release' = ?", [stack.description, release])
    }

    func hasCrashed(_ stack: StackID) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM operation WHERE stack = ? AND state = 'crashed')",
            arguments: [stack.description]
        ) ?? false
    }

    /// Spares the reading of the plan, which may be long.
    private func outline(
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible]
    ) throws -> OperationOutline? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT id, plan ->> '$.purpose' AS purpose, plan ->> '$.release' AS release, state, started_at, ended_at,
                    actor, owner, reason, failure
                FROM operation WHERE \(condition) ORDER BY id DESC LIMIT 1
                """,
            arguments: StatementArguments(arguments)
        ).map(Self.outline)
    }

    private func fetch(
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible],
        limit: Int
    ) throws -> [Operation] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM operation WHERE \(condition) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments(arguments + [limit])
        )
        return try rows.map(Self.operation)
    }

    private static func operation(_ row: Row) throws -> Operation {
        Operation(
            id: try row.decode(Int.self, forColumn: "id"),
            plan: try row.value(Plan.self, fromJSON: "plan"),
            state: try row.word(Operation.State.self, from: "state"),
            startedAt: try row.instant(from: "started_at"),
            endedAt: try row.optionalInstant(from: "ended_at"),
            actor: try row.decode(String.self, forColumn: "actor"),
            owner: try row.value(OwnerID.self, fromJSON: "owner"),
            reason: try row.decode(String.self, forColumn: "reason"),
            failure: try row.optionalValue(ReportableError.self, fromJSON: "failure")
        )
    }

    private static func outline(_ row: Row) throws -> OperationOutline {
        OperationOutline(
            id: try row.decode(Int.self, forColumn: "id"),
            purpose: try row.word(Plan.Purpose.self, from: "purpose"),
            release: try row.decode(Int.self, forColumn: "release"),
            state: try row.word(Operation.State.self, from: "state"),
            startedAt: try row.instant(from: "started_at"),
            endedAt: try row.optionalInstant(from: "ended_at"),
            actor: try row.decode(String.self, forColumn: "actor"),
            owner: try row.value(OwnerID.self, fromJSON: "owner"),
            reason: try row.decode(String.self, forColumn: "reason"),
            failure: try row.optionalValue(ReportableError.self, fromJSON: "failure")
        )
    }

    private static func busy(_ active: Operation, now: Instant) -> ReportableError {
        let purpose = "\(active.plan.purpose) of release \(active.plan.release)"
        let since = active.startedAt.elapsed(until: now).spoken
        return ReportableError(
            .stackBusy,
            "operation \(active.id) (\(purpose)) holds \(active.plan.stack) since \(since)",
            hint: "Wait until it has ended; if its process died, the next command finds that out and goes on.",
            details: [
                "started by \(active.actor): \(active.reason)", "run by process \(active.owner.processID)",
            ]
        )
    }
}
