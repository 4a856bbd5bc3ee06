import Basics
import GRDB
import StackModel

/// The table of services that are at rest for a backup. What stands here is owed an end by whoever comes next, when the
/// process is gone that was to bring it.
struct Rests {
    let database: Database

    func begin(_ rest: Rest) throws {
        try database.execute(
            sql: "INSERT INTO rest (stack, policy, content) VALUES (?, ?, ?)",
            arguments: [rest.stack.description, rest.policy, CanonicalJSON.text(rest)]
        )
    }

    func list(of stack: StackID) throws -> [Rest] {
        try Row.fetchAll(
            database,
            sql: "SELECT content FROM rest WHERE stack = ? ORDER BY policy",
            arguments: [stack.description]
        ).map { try $0.value(Rest.self, fromJSON: "content") }
    }

    /// This one, and not another that the policy has begun since.
    func end(_ rest: Rest) throws {
        try database.execute(
            sql: "DELETE FROM rest WHERE stack = ? AND policy = ? AND content = ?",
            arguments: [rest.stack.description, rest.policy, CanonicalJSON.text(rest)]
        )
    }
}
