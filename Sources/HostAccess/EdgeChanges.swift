import Basics

/// How an edge is looked at and changed by who changes it: off the pool, and each piece of work whole and in its turn.
struct EdgeChanges: Sendable {
    let directory: String
    let queue: BlockingQueue
    let turns: EdgeTurns

    func take<Value: Sendable>(
        _ work: @escaping @Sendable () throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        try await turns.take(at: directory) { () async throws(ReportableError) -> Value in try await queue.run(work) }
    }
}
