import Basics
import Interfaces
import StackModel

extension PostgresSource {
    /// Copies the cluster as it lies there while it runs, with as much of its log as makes the copy whole, and the digest of
    /// every file. Throws `needsDecision` before anything is handed over when far less is there than at the last time, or
    /// when the log is not archived: then no moment but the copy's own could be brought back.
    package func captureBase(
        since previous: PostgresBaseFacts? = nil,
        shrink: ShrinkGuard = ShrinkGuard(),
        to store: ObjectSink
    ) async throws(ReportableError) -> PostgresBaseFacts {
        let log = PostgresLog(access, runner)
        let state = try await log.state()
        let cluster = try await cluster()
        if let tablespace = cluster.tablespaces.first {
            throw ReportableError(
                .engineFailed,
                "\(access.service) has the tablespace \(tablespace), which no copy of its cluster holds",
                hint: "Take `pointInTime` out of the policy: dumps hold what is in tablespaces."
            )
        }
        let sizes = try await sizes()
        try check(sizes, since: previous, shrink)
        let tables = try await PostgresTables(client: client, service: access.service).notable(since: previous, shrink)
        do throws(ReportableError) {
            try await Self.store(copy, as: PostgresBaseFacts.object, isSecret: true, runner, store)
        } catch {
            throw error.during("cannot copy the cluster of \(access.service)")
        }
        return PostgresBaseFacts(
            version: cluster.version,
            systemIdentifier: state.systemIdentifier,
            timeline: state.current?.timeline ?? cluster.timeline,
            lineage: try log.lineage(state),
            firstSegment: state.segment,
            segmentBytes: state.segmentBytes,
            startedAt: state.now,
            endedAt: try await log.state().now,
            dataChecksums: cluster.dataChecksums,
            settings: cluster.settings,
            databases: sizes,
            tables: tables
        )
    }

    /// The roles' passwords are in it.
    private var copy: CommandLine {
        client.command(
            "pg_basebackup",
            [
                "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--manifest-checksums=SHA256",
                "--label=slipway",
            ],
            database: "postgres"
        )
    }

    private func sizes() async throws(ReportableError) -> [String: Int] {
        struct Size: Decodable {
            let name: String
            let bytes: Int
        }
        let sizes: [Size] = try await client.rows(
            "SELECT json_build_object('name', datname, 'bytes', pg_database_size(oid)) FROM pg_catalog.pg_database;",
            in: "postgres"
        )
        return Dictionary(sizes.map { ($0.name, $0.bytes) }) { first, _ in first }
    }

    private func check(_ sizes: [String: Int], since previous: PostgresBaseFacts?, _ shrink: ShrinkGuard)
        throws(ReportableError)
    {
        guard let previous else { return }
        let missing = previous.databases.keys.filter { sizes[$0] == nil }.sorted()
        try shrink.check(missing: missing, of: access.service.text)
        let now = sizes.values.reduce(0, +)
        try shrink.check("bytes of data", of: access.service.text, before: previous.size, now: now)
    }
}
