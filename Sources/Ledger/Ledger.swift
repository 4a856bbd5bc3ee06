import Basics
import GRDB
import StackModel

/// What we meant and what we did: releases, operations with their step journal, sealed secrets, the audit chain.
///
/// Every call is one transaction, durable when it returns. Calls may come from any task and any number of processes;
/// they do not stop half-way when their task is cancelled, so that an interruption can be recorded.
/// All of them throw `ledgerFailed` when the file cannot be read or written; nothing is half written then.
package struct Ledger: Sendable {
    let file: LedgerFile

    /// Opens or creates the ledger at `path`. The folder must exist; the file is made private (0600).
    /// Throws `ledgerFailed` when it is damaged, not a ledger, or written by a newer slipway.
    package init(path: String) throws(ReportableError) {
        file = try LedgerFile(path: path)
    }

    /// A ledger that is gone with its last reference, for tests and dry runs.
    package static func inMemory() throws(ReportableError) -> Ledger {
        Ledger(file: try LedgerFile.inMemory())
    }

    private init(file: LedgerFile) {
        self.file = file
    }

    /// Every stack that was ever recorded, sorted.
    package func stacks() async throws(ReportableError) -> [StackID] {
        try await file.read { try Stacks(database: $0).all() }
    }

    /// Everything `status` needs, read in one transaction.
    package func summary(of stack: StackID) async throws(ReportableError) -> StackSummary {
        try await file.read { database in
            let releases = Releases(database: database)
            let last = try Operations(database: database).lastOutline(of: stack)
            let current = try Stacks(database: database).currentRelease(of: stack)
            let newest = try (current ?? last?.release).flatMap { try releases.outline($0, of: stack) }
            return StackSummary(
                stack: stack,
                engine: newest?.engine,
                currentRelease: current == nil ? nil : newest,
                lastOperation: last,
                stopped: try StoppedServices(database: database).list(of: stack)
            )
        }
    }

    /// Recomputes the hash chain of events and compares the releases with it.
    package func verifyChain() async throws(ReportableError) -> ChainReport {
        try await file.read { try EventChain(database: $0).verify() }
    }
}

// MARK: - Releases

extension Ledger {
    /// Numbers and stores a release. Contents equal to the stack's newest release return that one, so that a repeated
    /// deploy makes no new number.
    package func record(
        _ contents: Release.Contents,
        by actor: String,
        reason: String,
        at now: Instant
    ) async throws(ReportableError) -> Release {
        try await file.write { try Releases(database: $0).record(contents, by: actor, reason: reason, at: now) }
    }

    /// Nil when the stack has no release of that number.
    package func release(_ number: Int, of stack: StackID) async throws(ReportableError) -> Release? {
        try await file.read { try Releases(database: $0).find(number, of: stack) }
    }

    /// Newest first.
    package func releases(of stack: StackID, limit: Int) async throws(ReportableError) -> [Release] {
        try await file.read { try Releases(database: $0).list(of: stack, limit: limit) }
    }

    /// The last one activated. Nil before the first success and after `down`.
    package func currentRelease(of stack: StackID) async throws(ReportableError) -> Release? {
        try await file.read { try Releases(database: $0).current(of: stack) }
    }

    /// Where a rollback from `number` leads: to the release that was current before it first became so, and so on down
    /// the line, past releases that run the same. A second rollback goes further back, never forward again.
    package func lastGoodRelease(before number: Int, of stack: StackID) async throws(ReportableError) -> Release? {
        try await file.read { try Releases(database: $0).lastGood(before: number, of: stack) }
    }

    /// Nil when the release was current at some time. Otherwise how the last attempt at it ended, if there was one.
    package func doubt(about number: Int, of stack: StackID) async throws(ReportableError) -> ReleaseDoubt? {
        try await file.read { database in
            guard try !Activations(database: database).exist(of: number, in: stack) else { return nil }
            return ReleaseDoubt(lastAttempt: try Operations(database: database).lastOutline(of: stack, to: number))
        }
    }

    /// The release that ran when an operation began: what the operation changed is to be compared with it.
    package func release(before operation: Int, of stack: StackID) async throws(ReportableError) -> Release? {
        try await file.read { database in
            let number = try Activations(database: database).last(before: operation, in: stack)
            return try number.flatMap { try Releases(database: database).find($0, of: stack) }
        }
    }
}

// MARK: - Operations

extension Ledger {
    /// Records an operation (running) and every step of its plan, before the first effect. Raises the stack's epoch,
    /// which fences every earlier writer, and returns it; all later writes about the operation must carry it.
    /// Throws `stackBusy`, naming it, when another operation of the stack is active.
    package func begin(
        _ plan: Plan,
        actor: String,
        owner: OwnerID,
        reason: String,
        at now: Instant
    ) async throws(ReportableError) -> (operation: Operation, epoch: Int) {
        try await file.write { database in
            try Operations(database: database).begin(plan, actor: actor, owner: owner, reason: reason, at: now)
        }
    }

    /// Puts a new owner in the place of one that died, and fences the old one. Returns the epoch to write with.
    /// The caller holds the stack's lock, or has seen that the old owner is gone. May be repeated.
    /// Throws `broken` when the operation has ended.
    package func takeOver(
        _ operation: Int,
        by owner: OwnerID,
        at now: Instant
    ) async throws(ReportableError) -> Int {
        try await file.write { try Operations(database: $0).takeOver(operation, by: owner, at: now) }
    }

    /// Must have returned before the effect of the step begins.
    /// Throws `stackBusy` when fenced, `broken` when the step was begun or ended already.
    package func recordIntent(
        of step: Int,
        in operation: Int,
        epoch: Int,
        at now: Instant
    ) async throws(ReportableError) {
        try await file.write { database in
            let fence = try Fence(of: operation, epoch: epoch, in: database)
            try StepJournal(database: database).begin(step, behind: fence, at: now)
        }
    }

    /// Success and failure follow an intent. With `activating`, which is for the success of a pivot, the operation's
    /// release becomes the current one in the same transaction: it serves, whatever becomes of the steps behind.
    /// Throws `stackBusy` when fenced, `broken` when the step is in no state for it.
    package func recordOutcome(
        _ outcome: StepOutcome,
        of step: Int,
        in operation: Int,
        activating: Bool = false,
        epoch: Int,
        at now: Instant
    ) async throws(ReportableError) {
        try await file.write { database in
            let fence = try Fence(of: operation, epoch: epoch, in: database)
            try StepJournal(database: database).end(step, as: outcome, behind: fence, at: now)
            guard activating else { return }
            try Activations(database: database).record(Operations(database: database).existing(operation), at: now)
        }
    }

    /// Ends an operation. Success also settles, in the same transaction, what is current and what is stopped: the
    /// plan's release becomes current unless its pivot has made it so, `down` leaves none, `stop` marks services as
    /// stopped on purpose, `restart` takes their marks away and everything else takes all of them away.
    /// Throws `stackBusy` when fenced; `broken` when it has ended already, or would succeed with an open step.
    package func finish(
        _ operation: Int,
        as state: Operation.State,
        failure: ReportableError?,
        epoch: Int,
        at now: Instant
    ) async throws(ReportableError) {
        try await file.write { database in
            let fence = try Fence(of: operation, epoch: epoch, in: database)
            let end = OperationEnd(state: state, failure: failure)
            try end.record(behind: fence, in: database, at: now)
        }
    }

    /// The operation that holds the stack, alive or not.
    package func activeOperation(of stack: StackID) async throws(ReportableError) -> Operation? {
        try await file.read { try Operations(database: $0).active(of: stack) }
    }

    /// Throws `notFound` when there is no such operation.
    package func operation(_ number: Int) async throws(ReportableError) -> Operation {
        try await file.read { try Operations(database: $0).existing(number) }
    }

    /// Newest first.
    package func operations(of stack: StackID, limit: Int) async throws(ReportableError) -> [Operation] {
        try await file.read { try Operations(database: $0).list(of: stack, limit: limit) }
    }

    /// In the order of the plan. Throws `notFound` when there is no such operation.
    package func steps(of operation: Int) async throws(ReportableError) -> [StepRecord] {
        try await file.read { database in
            try StepJournal(database: database).list(of: Operations(database: database).existing(operation))
        }
    }

    /// The steps of a plan that a process died in, each with how many operations in a row ended as crashed while a step
    /// with its key was begun and not ended. A success or failure of that key starts the count again; operations that
    /// never reached it change nothing. Steps that were begun side by side are counted alike: which of them it was,
    /// nobody knows.
    package func crashes(in plan: Plan) async throws(ReportableError) -> [(step: Step, count: Int)] {
        try await file.read { try StepJournal(database: $0).crashes(in: plan) }
    }
}
