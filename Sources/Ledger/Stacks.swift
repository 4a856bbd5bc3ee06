import Basics
import GRDB
import StackModel

/// The table of stacks: the epoch that fences writers, the pointer to the current release.
struct Stacks {
    let database: Database

    func all() throws -> [StackID] {
        try Row.fetchAll(database, sql: "SELECT id FROM stack ORDER BY id").map {
            try $0.value(StackID.self, fromText: "id")
        }
    }

    /// Other rows may name the stack from here on. Nothing to do when it is known.
    func ensure(_ stack: StackID) throws {
        try database.execute(
            sql: "INSERT INTO stack (id) VALUES (?) ON CONFLICT DO NOTHING",
            arguments: [stack.description]
        )
    }

    /// Fences everyone who wrote before, and returns the number that writers must carry from here on.
    func raiseEpoch(of stack: StackID) throws -> Int {
        try ensure(stack)
        try database.execute(sql: "UPDATE stack SET epoch = epoch + 1 WHERE id = ?", arguments: [stack.description])
        return try epoch(of: stack)
    }

    func epoch(of stack: StackID) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT epoch FROM stack WHERE id = ?", arguments: [stack.description]) ?? 0
    }

    func currentRelease(of stack: StackID) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: "SELECT current_release FROM stack WHERE id = ?",
            arguments: [stack.description]
        )
    }

    func setCurrentRelease(_ number: Int?, of stack: StackID) throws {
        try database.execute(
            sql: "UPDATE stack SET current_release = ? WHERE id = ?",
            arguments: [number, stack.description]
        )
    }
}
