import Basics
import StackModel

// MARK: - Runs of backup policies

extension Ledger {
    /// Records that a run has begun, before it looks at any data. A run whose process is gone is closed as failed.
    /// Throws `stackBusy` while another run of the job goes on.
    package func beginBackup(
        _ job: PolicyJob,
        actor: String,
        owner: OwnerID,
        isAlive: @escaping @Sendable (OwnerID) -> Bool,
        at now: Instant
    ) async throws(ReportableError) -> BackupRun {
        try await file.write { database in
            try BackupRuns(database: database)
                .begin(job, due: nil, actor: actor, owner: owner, isAlive: isAlive, at: now)
        }
    }

    private static var stale: TimeSpan { .seconds(3600) }

    /// Looks at the schedule of a job and begins the run that is due, if one is. What was looked at, what was skipped and
    /// what was begun are one transaction: killed at any moment, each due time is run or skipped, and none twice.
    ///
    /// The first look at a schedule begins it, and so does one after the clock was set back by hours.
    /// - Parameter look: gets up to when all is settled, and whether a run of the job goes on.
    package func beginDueBackup(
        _ job: PolicyJob,
        schedule expression: String,
        actor: String,
        owner: OwnerID,
        isAlive: @escaping @Sendable (OwnerID) -> Bool,
        at now: Instant,
        look: @escaping @Sendable (Instant, Bool) -> DueRun
    ) async throws(ReportableError) -> BackupRun? {
        try await file.write { database in
            let (schedules, runs) = (BackupSchedules(database: database), BackupRuns(database: database))
            guard let settled = try schedules.settled(job, by: expression, at: now) else {
                try schedules.settle(job, by: expression, upTo: now)
                return nil
            }
            let running = try runs.alive(job, isAlive, at: now)
            let due = look(settled, running != nil)
            for skipped in due.skipped { try schedules.record(skipped, of: job, at: now) }
            // Without anything due there is nothing to remember, but for a clock that is to be known as set back.
            let isWorthIt = due.run != nil || !due.skipped.isEmpty || settled.elapsed(until: due.settled) > Self.stale
            if isWorthIt { try schedules.settle(job, by: expression, upTo: due.settled) }
            guard let time = due.run, try !runs.wasMade(job, due: time) else { return nil }
            return try runs.begin(job, due: time, actor: actor, owner: owner, isAlive: isAlive, at: now)
        }
    }

    /// The set is committed in the vault already. Throws `broken` when the run has ended.
    package func succeedBackup(_ run: Int, with set: String, evidence: [String: String] = [:], at now: Instant)
        async throws(ReportableError)
    {
        try await file.write { try BackupRuns(database: $0).succeed(run, with: set, evidence: evidence, at: now) }
    }

    /// Throws `broken` when the run has ended.
    package func failBackup(_ run: Int, with failure: ReportableError, at now: Instant) async throws(ReportableError) {
        try await file.write { try BackupRuns(database: $0).fail(run, with: failure, at: now) }
    }

    /// Newest first.
    package func backupRuns(of stack: StackID, limit: Int) async throws(ReportableError) -> [BackupRun] {
        try await file.read { try BackupRuns(database: $0).list(of: stack, limit: limit) }
    }

    /// Newest first.
    package func backupRuns(of job: PolicyJob, limit: Int) async throws(ReportableError) -> [BackupRun] {
        try await file.read { try BackupRuns(database: $0).list(of: job, limit: limit) }
    }

    /// The due times of a job that were not run, newest first.
    package func skippedBackups(of job: PolicyJob, limit: Int) async throws(ReportableError) -> [SkippedRuns] {
        try await file.read { try BackupSchedules(database: $0).skipped(job, limit: limit) }
    }
}

// MARK: - Services at rest

extension Ledger {
    /// Records before the first effect that a service is brought to rest. Throws `broken` while the policy has one at rest.
    package func beginRest(_ rest: Rest) async throws(ReportableError) {
        try await file.write { try Rests(database: $0).begin(rest) }
    }

    /// Those that nobody has told to go on, whether or not whoever began it still runs.
    package func rests(of stack: StackID) async throws(ReportableError) -> [Rest] {
        try await file.read { try Rests(database: $0).list(of: stack) }
    }

    /// It goes on, or is no more.
    package func endRest(_ rest: Rest) async throws(ReportableError) {
        try await file.write { try Rests(database: $0).end(rest) }
    }
}

// MARK: - Vaults

extension Ledger {
    /// The id of the vault that a place was last seen to hold; nil for a place of which nothing is known.
    package func knownVault(at place: Store.Location) async throws(ReportableError) -> String? {
        let place = CanonicalJSON.text(place)
        return try await file.read { try KnownVaults(database: $0).vault(at: place) }
    }

    /// Takes the place of what was known.
    package func rememberVault(_ vault: String, at place: Store.Location, seen now: Instant)
        async throws(ReportableError)
    {
        let place = CanonicalJSON.text(place)
        try await file.write { try KnownVaults(database: $0).remember(vault, at: place, seen: now) }
    }
}
