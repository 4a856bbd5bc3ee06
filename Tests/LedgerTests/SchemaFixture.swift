import FoundationEssentials
import GRDB
import Glibc
import Ledger
import StackModel

/// A ledger of each schema version as SQL text, in `Tests/Fixtures/Ledger`. `UPDATE_GOLDEN=1` writes the newest;
/// older ones are never written again, because no program is left that could.
enum SchemaFixture {
    private static func url(_ version: Int) -> URL {
        let number = String(version)
        let name = "v" + String(repeating: "0", count: 4 - number.count) + number + ".sql"
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Ledger/\(name)")
    }

    static func load(_ version: Int, into folder: Folder) throws {
        let sql = String(decoding: try Data(contentsOf: url(version)), as: UTF8.self)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: folder.ledger, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    static func rewriteIfAsked(_ version: Int) async throws {
        guard getenv("UPDATE_GOLDEN") != nil else { return }
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.record()
            let store = SecretStore(ledger: ledger, key: Keys.master)
            _ = try await store.ensure(Keys.declarations, of: Samples.shop, given: Keys.given, at: Samples.now)
            try await ledger.succeed(Samples.plan())
            try await ledger.crash()
            try Data(dump(folder).utf8).write(to: url(version))
        }
    }

    /// The statements that make the schema, in one order, without what SQLite makes by itself.
    static func schema(of folder: Folder) throws -> [String] {
        try folder.raw().read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                    ORDER BY type = 'trigger', type = 'index', name
                    """
            )
        }
    }

    private static func dump(_ folder: Folder) throws -> String {
        let statements = try schema(of: folder)
        return try folder.raw().read { database in
            let tables = statements.filter { $0.hasPrefix("CREATE TABLE") }
            var lines = tables
            for table in try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            ) {
                lines += try rows(of: table, database)
            }
            lines += statements.filter { !$0.hasPrefix("CREATE TABLE") }
            for pragma in ["application_id", "user_version"] {
                lines.append("PRAGMA \(pragma) = \(try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0)")
            }
            return lines.map { $0 + ";\n" }.joined()
        }
    }

    private static func rows(of table: String, _ database: Database) throws -> [String] {
        let columns = try database.columns(in: table).map { "quote(\"\($0.name)\")" }.joined(separator: " || ', ' || ")
        return try String.fetchAll(database, sql: "SELECT \(columns) FROM \(table) ORDER BY 1")
            .map { "INSERT INTO \(table) VALUES (\($0))" }
    }
}
