import Basics
import GRDB
import StackModel

/// The tables of schedules and of what they skipped.
struct BackupSchedules {
    let database: Database

    /// How far back a clock may be set before its schedules start anew: Vixie cron's bound for a correction.
    private static let correction = TimeSpan.seconds(3 * 3600)

    /// Up to when the due times of a job are settled. Nil when this schedule of it was not looked at before, or when the
    /// clock has been set back so far that waiting for that time would mean making no backups.
    func settled(_ job: PolicyJob, by expression: String, at now: Instant) throws -> Instant? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT settled_at FROM backup_schedule
                WHERE stack = ? AND policy = ? AND kind = ? AND expression = ?
                """,
            arguments: [job.stack.description, job.policy, job.kind.rawValue, expression]
        )
        guard let settled = try row?.instant(from: "settled_at"), now.elapsed(until: settled) <= Self.correction else {
            return nil
        }
        return settled
    }

    func settle(_ job: PolicyJob, by expression: String, upTo settled: Instant) throws {
        try Stacks(database: database).ensure(job.stack)
        try database.execute(
            sql: """
                INSERT INTO backup_schedule (stack, policy, kind, expression, settled_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET expression = excluded.expression, settled_at = excluded.settled_at
                """,
            arguments: [job.stack.description, job.policy, job.kind.rawValue, expression, settled.milliseconds]
        )
    }

    func record(_ skipped: SkippedRuns, of job: PolicyJob, at now: Instant) throws {
        try database.execute(
            sql: """
                INSERT INTO backup_skip (stack, policy, kind, first_at, last_at, count, reason, noticed_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.stack.description, job.policy, job.kind.rawValue, skipped.first.milliseconds,
                skipped.last.milliseconds, skipped.count, skipped.reason.rawValue, now.milliseconds,
            ]
        )
    }

    /// Newest first.
    func skipped(_ job: PolicyJob, limit: Int) throws -> [SkippedRuns] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM backup_skip WHERE stack = ? AND policy = ? AND kind = ? ORDER BY id DESC LIMIT ?",
            arguments: [job.stack.description, job.policy, job.kind.rawValue, limit]
        ).map { row in
            SkippedRuns(
                count: try row.decode(Int.self, forColumn: "count"),
                first: try row.instant(from: "first_at"),
                last: try row.instant(from: "last_at"),
                reason: try row.word(SkippedRuns.Reason.self, from: "reason")
            )
        }
    }
}
