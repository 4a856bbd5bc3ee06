import Basics
import GRDB
import StackModel

/// The table of runs of backup policies. Partial unique indices allow one run for each due time, and one at a time.
struct BackupRuns {
    let database: Database

    /// - Throws: `stackBusy` while a run of the job goes on, `broken` when the due time was used already.
    func begin(
        _ job: PolicyJob,
        due: Instant?,
        actor: String,
        owner: OwnerID,
        isAlive: (OwnerID) -> Bool,
        at now: Instant
    ) throws -> BackupRun {
        if let running = try alive(job, isAlive, at: now) { throw Self.busy(running, now: now) }
        if let due, try wasMade(job, due: due) {
            throw ReportableError(.broken, "the run of \(job.policy) that was due at \(due) has been made already")
        }
        try Stacks(database: database).ensure(job.stack)
        try database.execute(
            sql: """
                INSERT INTO backup_run (stack, policy, kind, due_at, state, started_at, actor, owner)
                VALUES (?, ?, ?, ?, 'running', ?, ?, ?)
                """,
            arguments: [
                job.stack.description, job.policy, job.kind.rawValue, due?.milliseconds, now.milliseconds, actor,
                CanonicalJSON.text(owner),
            ]
        )
        return try existing(Int(database.lastInsertedRowID))
    }

    /// The run that goes on; one whose process is gone is closed as failed.
    func alive(_ job: PolicyJob, _ isAlive: (OwnerID) -> Bool, at now: Instant) throws -> BackupRun? {
        guard let running = try fetch(job, "state = 'running'", limit: 1).first else { return nil }
        if isAlive(running.owner) { return running }
        try fail(running.id, with: Self.death(of: running), at: now)
        return nil
    }

    func wasMade(_ job: PolicyJob, due: Instant) throws -> Bool {
        try !fetch(job, "due_at = ?", [due.milliseconds], limit: 1).isEmpty
    }

    /// A disk that breaks may have taken what it said it could not: to end with the same set again is no mistake.
    func succeed(_ id: Int, with set: String, evidence: [String: String], at now: Instant) throws {
        let run = try existing(id)
        guard run.state != .succeeded || run.set != set else { return }
        try end(
            id,
            "state = 'succeeded', backup_set = ?, evidence = ?",
            [set, CanonicalJSON.text(evidence)],
            at: now
        )
    }

    func fail(_ id: Int, with failure: ReportableError, at now: Instant) throws {
        try end(id, "state = 'failed', failure = ?", [CanonicalJSON.text(failure)], at: now)
    }

    /// Newest first.
    func list(of stack: StackID, limit: Int) throws -> [BackupRun] {
        try fetch("stack = ?", [stack.description], limit: limit)
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

    /// Newest first.
    func list(of job: PolicyJob, limit: Int) throws -> [BackupRun] { try fetch(job, "true", limit: limit) }

    private func fetch(
        _ job: PolicyJob,
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible] = [],
        limit: Int
    ) throws -> [BackupRun] {
        try fetch(
            "stack = ? AND policy = ? AND kind = ? AND \(condition)",
            [job.stack.description, job.policy, job.kind.rawValue] + arguments,
            limit: limit
        )
    }

    private func fetch(
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible],
        limit: Int
    ) throws -> [BackupRun] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM backup_run WHERE \(condition) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments(arguments + [limit])
        ).map(Self.run)
    }

    private static func run(_ row: Row) throws -> BackupRun {
        BackupRun(
            id: try row.decode(Int.self, forColumn: "id"),
            stack: try row.value(StackID.self, fromText: "stack"),
            policy: try row.decode(String.self, forColumn: "policy"),
            kind: try row.word(BackupRun.Kind.self, from: "kind"),
            due: try row.optionalInstant(from: "due_at"),
            state: try row.word(BackupRun.State.self, from: "state"),
            startedAt: try row.instant(from: "started_at"),
            endedAt: try row.optionalInstant(from: "ended_at"),
            actor: try row.decode(String.self, forColumn: "actor"),
            owner: try row.value(OwnerID.self, fromJSON: "owner"),
            set: try row.decode(String?.self, forColumn: "backup_set"),
            evidence: try row.optionalValue([String: String].self, fromJSON: "evidence") ?? [:],
            failure: try row.optionalValue(ReportableError.self, fromJSON: "failure")
        )
    }

    private static func death(of run: BackupRun) -> ReportableError {
        ReportableError(.engineFailed, "process \(run.owner.processID), which ran it, is gone")
    }

    private static func busy(_ running: BackupRun, now: Instant) -> ReportableError {
        ReportableError(
            .stackBusy,
            "a run of \(running.policy) of \(running.stack) has been going on for "
                + running.startedAt.elapsed(until: now).spoken,
            hint: "Wait until it has ended; if its process died, the next run finds that out and goes on.",
            details: ["started by \(running.actor), run by process \(running.owner.processID)"]
        )
    }
}
