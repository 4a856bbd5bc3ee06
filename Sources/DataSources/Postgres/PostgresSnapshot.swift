import Basics
import Interfaces
import StackModel

/// One moment of a database, held for as long as it takes to count and to dump what it had then. The locks of the count
/// see to it that no table goes, or is emptied past all snapshots, before it is dumped.
struct PostgresSnapshot: Sendable {
    private struct Header: Decodable {
        let snapshot: String
        let lsn: String
        let takenAt: Instant
        let size: Int
        let encoding: String
        let collate: String
        let ctype: String
        let collationVersion: String?
        let extensions: [String: String]
    }

    let database: String
    private let session: PostgresSession
    private let header: Header

    /// The name that others get at it by.
    var name: String { header.snapshot }

    static func open(_ client: PostgresClient, _ database: String) async throws(ReportableError) -> PostgresSnapshot {
        let session = try await PostgresSession.open(client, database)
        do throws(ReportableError) {
            session.say(PostgresQueries.beginning + PostgresQueries.snapshot)
            let header: Header = try PostgresClient.row(try await session.line())
            return PostgresSnapshot(database: database, session: session, header: header)
        } catch {
            await session.close()
            throw error.during("cannot get a snapshot of the database \(database)")
        }
    }

    /// Reads every table once.
    func facts() async throws(ReportableError) -> PostgresDatabaseFacts {
        session.say(PostgresQueries.counts)
        var counts = PostgresCounts()
        do throws(ReportableError) {
            while !counts.isComplete { try counts.take(try await session.line()) }
        } catch {
            throw error.during("cannot count what is in the database \(database)")
        }
        return PostgresDatabaseFacts(
            name: database,
            object: DumpName.of(database),
            lsn: header.lsn,
            takenAt: header.takenAt,
            size: header.size,
            encoding: header.encoding,
            collate: header.collate,
            ctype: header.ctype,
            collationVersion: header.collationVersion,
            extensions: header.extensions,
            content: counts.content
        )
    }

    func close() async { await session.close() }
}
