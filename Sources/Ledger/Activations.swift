import Basics
import GRDB
import StackModel

/// The table of activations: which release became current, when, and by which operation. The past of a stack.
struct Activations {
    let database: Database

    /// Makes an operation's release the current one, of which nothing is stopped. Nothing to do when the operation has
    /// done so before: its pivot comes before its end. Throws `broken` when the release was never recorded.
    func record(_ operation: Operation, at now: Instant) throws {
        let (plan, stack) = (operation.plan, operation.plan.stack)
        guard try !exists(by: operation) else { return }
        guard try Releases(database: database).find(plan.release, of: stack) != nil else {
            throw ReportableError(
                .broken,
                "release \(plan.release) of \(stack) is not recorded and cannot become current"
            )
        }
        try Stacks(database: database).setCurrentRelease(plan.release, of: stack)
        try database.execute(
            sql: "INSERT INTO activation (stack, release, operation, at) VALUES (?, ?, ?, ?)",
            arguments: [stack.description, plan.release, operation.id, now.milliseconds]
        )
        try StoppedServices(database: database).note(plan)
        try EventChain(database: database).append(
            .releaseActivated(number: plan.release, operation: operation.id),
            about: stack,
            at: now
        )
    }

    /// Whether a release was ever current: it has proven itself.
    func exist(of release: Int, in stack: StackID) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM activation WHERE stack = ? AND release = ?)",
            arguments: [stack.description, release]
        ) ?? false
    }

    /// The release that was current before this one became so for the first time. Nil when there was none.
    /// Going from one to the next never comes back: each was first current before the one it was asked for.
    func predecessor(of release: Int, in stack: StackID) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: """
                SELECT release FROM activation WHERE stack = :stack AND id < (
                    SELECT min(id) FROM activation WHERE stack = :stack AND release = :release)
                ORDER BY id DESC LIMIT 1
                """,
            arguments: ["stack": stack.description, "release": release]
        )
    }

    /// The last release that had become current before an operation began.
    func last(before operation: Int, in stack: StackID) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: "SELECT release FROM activation WHERE stack = ? AND operation < ? ORDER BY id DESC LIMIT 1",
            arguments: [stack.description, operation]
        )
    }

    private func exists(by operation: Operation) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM activation WHERE stack = ? AND operation = ?)",
            arguments: [operation.plan.stack.description, operation.id]
        ) ?? false
    }
}
