import Basics
import GRDB
import StackModel

/// The right to write about an operation: the stack's epoch is still the one the writer began with.
/// A process that was paused, declared dead and replaced wakes up behind it and learns so from its first write.
struct Fence {
    let operation: Int
    let stack: StackID
    let state: Operation.State
    private let epoch: Int

    /// Throws `stackBusy` when another owner has taken over, `notFound` when there is no such operation.
    init(of operation: Int, epoch: Int, in database: Database) throws {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT stack, state FROM operation WHERE id = ?",
            arguments: [operation]
        )
        guard let row else { throw ReportableError(.notFound, "the ledger has no operation \(operation)") }
        self.operation = operation
        self.epoch = epoch
        self.stack = try row.value(StackID.self, fromText: "stack")
        self.state = try row.word(Operation.State.self, from: "state")
        try pass(database)
    }

    /// Runs an update whose condition is completed with the fence; `:operation` is filled in.
    /// Throws `stackBusy` when no row was changed.
    func update(
        _ database: Database,
        _ sql: String,
        _ arguments: [String: (any DatabaseValueConvertible)?]
    ) throws {
        let own: [String: (any DatabaseValueConvertible)?] = [
            "operation": operation, "stack": stack.description, "epoch": epoch,
        ]
        try database.execute(
            sql: sql + " AND (SELECT epoch FROM stack WHERE id = :stack) = :epoch",
            arguments: StatementArguments(arguments.merging(own) { _, own in own })
        )
        guard database.changesCount == 0 else { return }
        try pass(database)
        throw ReportableError(.broken, "the journal has no such row of operation \(operation)")
    }

    private func pass(_ database: Database) throws {
        let now = try Stacks(database: database).epoch(of: stack)
        guard now != epoch else { return }
        throw ReportableError(
            .stackBusy,
            "fenced: operation \(operation) of \(stack) is out of our hands (epoch \(now), ours is \(epoch))",
            hint: "Run `slipway status` to see who holds the stack; this process must not go on."
        )
    }
}
