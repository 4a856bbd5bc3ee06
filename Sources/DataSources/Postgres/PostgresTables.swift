import Basics
import StackModel

/// The tables that hold a good part of a database. A copy of a cluster tells nothing of what is in it, and an emptied table
/// makes a cluster hardly smaller.
struct PostgresTables {
    let client: PostgresClient
    let service: ServiceName

    /// Below this, what comes and goes in a table says nothing.
    private static let least = 64 << 10

    private struct Table: Decodable {
        let name: String
        let bytes: Int
    }

    /// Throws `needsDecision` when one of those that there were is gone or empty.
    func notable(since previous: PostgresBaseFacts?, _ shrink: ShrinkGuard)
        async throws(ReportableError) -> [String: [String: Int]]
    {
        var notable: [String: [String: Int]] = [:]
        let databases: [String] = try await client.rows(PostgresQueries.databases, in: "postgres")
        for database in databases {
            let rows: [Table] = try await client.rows(Self.sizes, in: database)
            let tables = Dictionary(rows.map { ($0.name, $0.bytes) }) { first, _ in first }
            for (name, bytes) in (previous?.tables?[database] ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard try await !isFilled(name, of: database, among: tables) else { continue }
                try shrink.check("bytes in \(name) of \(database)", of: service.text, before: bytes, now: 0)
            }
            let whole = tables.values.reduce(0, +)
            notable[database] = tables.filter { $0.value >= Self.least && $0.value >= whole / 10 }
        }
        return notable
    }

    /// The server is asked by its own words alone: a name out of a vault could be any SQL.
    private func isFilled(_ name: String, of database: String, among tables: [String: Int])
        async throws(ReportableError) -> Bool
    {
        guard let place = tables.index(forKey: name) else { return false }
        let table = tables[place].key
        let answers: [Bool] = try await client.rows(
            PostgresQueries.noViews + "SET lock_timeout = '60s';\nSELECT to_json(EXISTS (SELECT FROM ONLY \(table)));",
            in: database
        )
        return answers.first ?? false
    }

    private static let sizes = """
        SELECT json_build_object('name', format('%I.%I', n.nspname, c.relname), 'bytes', pg_relation_size(c.oid))
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)' AND pg_relation_size(c.oid) IS NOT NULL;
        """
}
