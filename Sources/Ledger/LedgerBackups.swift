import Basics
import StackModel

// MARK: - Runs of backup policies

extension Ledger {
    /// Records that a run has begun, before it looks at any data. A run whose process is gone is closed as failed.
    /// Throws `stackBusy` while another run of the policy goes on, `broken` when the due time was used already.
    package func beginBackup(
        _ policy: String,
        of stack: StackID,
        due: Instant?,
        actor: String,
        owner: OwnerID,
        isAlive: @escaping @Sendable (OwnerID) -> Bool,
        at now: Instant
    ) async throws(ReportableError) -> BackupRun {
        try await file.write { database in
            try BackupRuns(database: database)
                .begin(policy, of: stack, due: due, actor: actor, owner: owner, isAlive: isAlive, at: now)
        }
    }

    /// The set is committed in the vault already. Throws `broken` when the run has ended.
    package func succeedBackup(_ run: Int, with set: String, at now: Instant) async throws(ReportableError) {
        try await file.write { try BackupRuns(database: $0).succeed(run, with: set, at: now) }
    }

    /// Throws `broken` when the run has ended.
    package func failBackup(_ run: Int, with failure: ReportableError, at now: Instant) async throws(ReportableError) {
        try await file.write { try BackupRuns(database: $0).fail(run, with: failure, at: now) }
    }

    /// Newest first.
    package func backupRuns(of stack: StackID, limit: Int) async throws(ReportableError) -> [BackupRun] {
        try await file.read { try BackupRuns(database: $0).list(of: stack, limit: limit) }
    }
}
