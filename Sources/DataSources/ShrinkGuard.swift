import Basics

/// Stops the backup of a server that has lost its data from becoming the newest one: a fresh host, a volume that was not
/// mounted, a table that somebody emptied by mistake. That it is another server than last time is no offence by itself:
/// after a restore it always is.
package struct ShrinkGuard: Sendable {
    /// The least share of what there was, in percent.
    package let least: Int
    /// Somebody has looked, and says that it is right.
    package let isAccepted: Bool

    package init(least: Int = 50, isAccepted: Bool = false) {
        self.least = least
        self.isAccepted = isAccepted
    }

    /// Throws `needsDecision`.
    func check(_ what: String, of server: String, before: Int, now: Int) throws(ReportableError) {
        guard !isAccepted, before > 0, now == 0 || now < before * least / 100 else { return }
        let found = now == 0 ? "no \(what)" : "\(now) \(what)"
        throw Self.refusal("\(server) has \(found), and had \(before) when it was last backed up")
    }

    /// Keys that end by themselves may come to any number, but a server with none at all has lost them.
    func check(_ databases: [RedisContent.Database], since before: RedisContent, of server: String)
        throws(ReportableError)
    {
        if databases.allSatisfy({ $0.keys == 0 }) { try check("keys", of: server, before: before.keys, now: 0) }
        let lasting = databases.map(\.lasting).reduce(0, +)
        try check("lasting keys", of: server, before: before.lasting, now: lasting)
    }

    /// A table that held a good part of a database and is empty or gone. Small ones come and go.
    func check(
        _ database: PostgresDatabaseFacts,
        since before: PostgresDatabaseFacts,
        of server: String
    ) throws(ReportableError) {
        for table in before.content.tables where table.rows >= Self.notable && table.rows >= before.rows / 10 {
            let now = database.content.tables.first { $0.schema == table.schema && $0.table == table.table }
            let name = "rows in \(table.schema).\(table.table) of \(database.name)"
            if (now?.rows ?? 0) == 0 { try check(name, of: server, before: table.rows, now: 0) }
        }
    }

    private static let notable = 1000

    func check(missing: [String], of server: String) throws(ReportableError) {
        guard !isAccepted, let first = missing.first else { return }
        throw Self.refusal("\(server) has no database \(first), and had one when it was last backed up")
    }

    private static func refusal(_ message: String) -> ReportableError {
        ReportableError(
            .needsDecision,
            message,
            hint: "Find out where the data went. If it is right so, run the backup again with `--accept-shrink`."
        )
    }
}
