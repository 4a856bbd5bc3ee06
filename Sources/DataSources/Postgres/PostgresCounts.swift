import Basics
import Interfaces

/// The lines that `PostgresQueries.counts` answers.
struct PostgresCounts: Sendable {
    private struct LargeObjects: Decodable { let largeObjects: Int }

    private var largeObjects = 0
    private var tables: [PostgresContent.Table] = []
    private(set) var isComplete = false

    var content: PostgresContent { PostgresContent(tables: tables, largeObjects: largeObjects) }

    mutating func take(_ line: String) throws(ReportableError) {
        if line == "\"end\"" {
            isComplete = true
        } else if let table = try? PostgresClient.row(line) as PostgresContent.Table {
            tables.append(table)
        } else {
            largeObjects = (try PostgresClient.row(line) as LargeObjects).largeObjects
        }
    }

    /// Of a server that nobody writes to.
    static func of(_ database: String, _ client: PostgresClient) async throws(ReportableError) -> PostgresContent {
        var command = client.psql(database)
        command.input = Redacted(PostgresQueries.noViews + PostgresQueries.counts)
        command.outputLimit = 64 << 20
        var counts = PostgresCounts()
        for line in try await client.output(of: command).split(separator: "\n") { try counts.take(String(line)) }
        guard counts.isComplete else {
            throw ReportableError(.engineFailed, "Postgres did not tell all that is in \(database)")
        }
        return counts.content
    }
}
