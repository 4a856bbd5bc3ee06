import Basics
import GRDB
import StackModel

/// The table of runs of backup policies. Partial unique indices allow one run for each due time, and one at a time.
struct BackupRuns {
    let database: Database

    func begin(
        _ policy: String,
        of stack: StackID,
        due: Instant?,
        actor: String,
        owner: OwnerID,
        isAlive: (OwnerID) -> Bool,
        at now: Instant
    ) throws -> BackupRun {
        if let running = try running(policy, of: stack) {
            guard !isAlive(running.owner) else { throw Self.busy(running, now: now) }
            try fail(running.id, with: Self.death(of: running), at: now)
        }
        if let due,
            try fetch("policy = ? AND due_at = ?", [policy, due.milliseconds], of: stack, limit: 1).first != nil
        {
            throw ReportableError(.broken, "the run of \(policy) that was due at \(due) has been made already")
        }
        try Stacks(database: database).ensure(stack)
        try database.execute(
            sql: """
                INSERT INTO backup_run (stack, policy, due_at, state, started_at, actor, owner)
                VALUES (?, ?, ?, 'running', ?, ?, ?)
                """,
            arguments: [
                stack.description, policy, due?.milliseconds, now.milliseconds, actor, CanonicalJSON.text(owner),
            ]
        )
        return try existing(Int(database.lastInsertedRowID))
    }

    func succeed(_ id: Int, with set: String, at now: Instant) throws {
        try end(id, "state = 'succeeded', backup_set = ?", [set], at: now)
    }

    func fail(_ id: Int, with failure: ReportableError, at now: Instant) throws {
        try end(id, "state = 'failed', failure = ?", [CanonicalJSON.text(failure)], at: now)
    }

    func running(_ policy: String, of stack: StackID) throws -> BackupRun? {
        try fetch("policy = ? AND state = 'running'", [policy], of: stack, limit: 1).first
    }

    /// Newest first.
    func list(of stack: StackID, limit: Int) throws -> [BackupRun] {
        try fetch("true", [], of: stack, limit: limit)
    }

    private func end(_ id: Int, _ change: String, _ values: [any DatabaseValueConvertible], at now: Instant) throws {
        let run = try existing(id)
        guard run.state == .running else {
            throw ReportableError(.broken, "run \(id) of \(run.policy) has ended already: \(run.state.rawValue)")
        }
        try database.execute(
            sql: "UPDATE backup_run SET ended_at = ?, \(change) WHERE id = ?",
            arguments: StatementArguments([now.milliseconds] + values + [id])
        )
    }

    private func existing(_ id: Int) throws -> BackupRun {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM backup_run WHERE id = ?", arguments: [id]) else {
            throw ReportableError(.notFound, "the ledger has no backup run \(id)")
        }
        return try Self.run(row)
    }

    private func fetch(
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible],
        of stack: StackID,
        limit: Int
    ) throws -> [BackupRun] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM backup_run WHERE stack = ? AND \(condition) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments([stack.description] + arguments + [limit])
        ).map(Self.run)
    }

    private static func run(_ row: Row) throws -> BackupRun {
        BackupRun(
            id: try row.decode(Int.self, forColumn: "id"),
            stack: try row.value(StackID.self, fromText: "stack"),
            policy: try row.decode(String.self, forColumn: "policy"),
            due: try row.optionalInstant(from: "due_at"),
            state: try row.word(BackupRun.State.self, from: "state"),
            startedAt: try row.instant(from: "started_at"),
            endedAt: try row.optionalInstant(from: "ended_at"),
            actor: try row.decode(String.self, forColumn: "actor"),
            owner: try row.value(OwnerID.self, fromJSON: "owner"),
            set: try row.decode(String?.self, forColumn: "backup_set"),
            failure: try row.optionalValue(ReportableError.self, fromJSON: "failure")
        )
    }

    private static func death(of run: BackupRun) -> ReportableError {
        ReportableError(.engineFailed, "process \(run.owner.processID), which ran it, is gone")
    }

    private static func busy(_ running: BackupRun, now: Instant) -> ReportableError {
        ReportableError(
            .stackBusy,
            "a backup by \(running.policy) of \(running.stack) has been running for "
                + running.startedAt.elapsed(until: now).spoken,
            hint: "Wait until it has ended; if its process died, the next run finds that out and goes on.",
            details: ["started by \(running.actor), run by process \(running.owner.processID)"]
        )
    }
}
