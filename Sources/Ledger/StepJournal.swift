import Basics
import GRDB
import StackModel

/// The table of steps: per step the intent, then the effect, then the outcome.
struct StepJournal {
    let database: Database

    func record(_ plan: Plan, as operation: Int) throws {
        let statement = try database.makeStatement(
            sql: "INSERT INTO step (operation, number, key, state) VALUES (?, ?, ?, ?)"
        )
        for step in plan.steps {
            try statement.execute(arguments: [
                operation, step.number, StepKey.of(step, in: plan).hex, StepState.pending.rawValue,
            ])
        }
    }

    func begin(_ step: Int, behind fence: Fence, at now: Instant) throws {
        let state = try state(of: step, behind: fence).next(after: .begun)
        try fence.update(
            database,
            "UPDATE step SET state = :state, began_at = :now WHERE operation = :operation AND number = :step",
            ["state": state.rawValue, "now": now.milliseconds, "step": step]
        )
        try EventChain(database: database).append(
            .stepBegan(operation: fence.operation, step: step),
            about: fence.stack,
            at: now
        )
    }

    func end(_ step: Int, as outcome: StepOutcome, behind fence: Fence, at now: Instant) throws {
        let state = try state(of: step, behind: fence).next(after: .ended(outcome))
        let failure: ReportableError? = if case .failed(let error) = outcome { error } else { nil }
        try fence.update(
            database,
            """
            UPDATE step SET state = :state, ended_at = :now, failure = :failure
            WHERE operation = :operation AND number = :step
            """,
            [
                "state": state.rawValue, "now": now.milliseconds, "step": step,
                "failure": failure.map { CanonicalJSON.text($0) },
            ]
        )
        try EventChain(database: database).append(
            .stepEnded(operation: fence.operation, step: step, state: state, failure: failure?.message),
            about: fence.stack,
            at: now
        )
    }

    /// The first step that keeps its operation from being a success.
    func firstOpen(in operation: Int) throws -> (number: Int, state: StepState)? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT number, state FROM step WHERE operation = ? AND state <> 'succeeded'
                ORDER BY number LIMIT 1
                """,
            arguments: [operation]
        ).map { (try $0.decode(Int.self, forColumn: "number"), try $0.word(StepState.self, from: "state")) }
    }

    /// In the order of the plan.
    func list(of operation: Operation) throws -> [StepRecord] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM step WHERE operation = ? ORDER BY number",
            arguments: [operation.id]
        )
        let steps = Dictionary(uniqueKeysWithValues: operation.plan.steps.map { ($0.number, $0) })
        return try rows.map { row in
            let number = try row.decode(Int.self, forColumn: "number")
            guard let step = steps[number] else {
                throw ReportableError(.ledgerFailed, "step \(number) of operation \(operation.id) is in no plan")
            }
            return try Self.record(of: step, row)
        }
    }

    /// Steps of the plan in which operations died; see `Ledger.crashes`.
    func crashes(in plan: Plan) throws -> [(step: Step, count: Int)] {
        // Most of the time nothing has died, and a plan may be long.
        guard try Operations(database: database).hasCrashed(plan.stack) else { return [] }
        return try plan.steps.compactMap { step in
            let count = try crashes(of: StepKey.of(step, in: plan), in: plan.stack)
            return count == 0 ? nil : (step, count)
        }
    }

    private func crashes(of key: Digest, in stack: StackID) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT count(DISTINCT step.operation) FROM step JOIN operation ON operation.id = step.operation
                WHERE step.key = :key AND operation.stack = :stack AND operation.state = 'crashed'
                    AND step.state = 'begun' AND step.operation > (
                        SELECT coalesce(max(ended.operation), 0) FROM step AS ended
                        JOIN operation AS home ON home.id = ended.operation
                        WHERE ended.key = :key AND home.stack = :stack AND ended.state IN ('succeeded', 'failed'))
                """,
            arguments: ["key": key.hex, "stack": stack.description]
        ) ?? 0
    }

    private func state(of step: Int, behind fence: Fence) throws -> StepState {
        guard fence.state.isActive else {
            throw ReportableError(.broken, "operation \(fence.operation) has ended as \(fence.state)")
        }
        let row = try Row.fetchOne(
            database,
            sql: "SELECT state FROM step WHERE operation = ? AND number = ?",
            arguments: [fence.operation, step]
        )
        guard let row else { throw ReportableError(.broken, "operation \(fence.operation) has no step \(step)") }
        return try row.word(StepState.self, from: "state")
    }

    private static func record(of step: Step, _ row: Row) throws -> StepRecord {
        StepRecord(
            step: step,
            key: try row.digest(from: "key"),
            state: try row.word(StepState.self, from: "state"),
            beganAt: try row.optionalInstant(from: "began_at"),
            endedAt: try row.optionalInstant(from: "ended_at"),
            failure: try row.optionalValue(ReportableError.self, fromJSON: "failure")
        )
    }
}
