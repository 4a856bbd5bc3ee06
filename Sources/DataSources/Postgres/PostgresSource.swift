import Basics
import Interfaces
import StackModel

/// Captures a running Postgres, one dump for each database and one for what belongs to none.
///
/// The snapshots of all databases are taken first, within moments, and told what they hold; then each is dumped. So the
/// counts are of the very rows that are in the dumps, whatever is written meanwhile.
package struct PostgresSource: Sendable {
    let access: DataAccess
    let runner: any DataRunner

    package init(access: DataAccess, runner: any DataRunner) {
        self.access = access
        self.runner = runner
    }

    struct Cluster: Decodable {
        let version: String
        let systemIdentifier: String
        let timeline: Int
        let encoding: String
        let collate: String
        let ctype: String
        let dataChecksums: Bool
        let settings: [String: String]
        let tablespaces: [String]
        let unreachable: [String]
    }

    var client: PostgresClient { PostgresClient(access, runner) }

    /// Hands over the objects one by one, and says what they hold. Throws `needsDecision` before anything is handed over
    /// when far less is there than at the last time.
    package func captureLogical(
        since previous: PostgresFacts? = nil,
        shrink: ShrinkGuard = ShrinkGuard(),
        to store: @escaping ObjectSink
    ) async throws(ReportableError) -> PostgresFacts {
        let client = client
        let cluster = try await cluster()
        let names: [String] = try await client.rows(PostgresQueries.databases, in: "postgres")
        var snapshots: [PostgresSnapshot] = []
        do throws(ReportableError) {
            for name in names { snapshots.append(try await .open(client, name)) }
            var databases: [PostgresDatabaseFacts] = []
            for snapshot in snapshots { databases.append(try await snapshot.facts()) }
            let facts = facts(cluster, databases)
            try check(facts, since: previous, shrink)
            try await storeGlobals(store)
            for (snapshot, database) in zip(snapshots, databases) {
                try await storeDump(of: snapshot, as: database.object, store)
                await snapshot.close()
            }
            return facts
        } catch {
            for snapshot in snapshots { await snapshot.close() }
            throw error
        }
    }

    func cluster() async throws(ReportableError) -> Cluster {
        let clusters: [Cluster] = try await client.rows(PostgresQueries.cluster, in: "postgres")
        if let cluster = clusters.first { return cluster }
        throw ReportableError(.engineFailed, "\(access.service) has no template0")
    }

    private func facts(_ cluster: Cluster, _ databases: [PostgresDatabaseFacts]) -> PostgresFacts {
        PostgresFacts(
            version: cluster.version,
            systemIdentifier: cluster.systemIdentifier,
            timeline: cluster.timeline,
            encoding: cluster.encoding,
            collate: cluster.collate,
            ctype: cluster.ctype,
            dataChecksums: cluster.dataChecksums,
            settings: cluster.settings,
            tablespaces: cluster.tablespaces,
            unreachable: cluster.unreachable,
            databases: databases
        )
    }

    private func check(
        _ facts: PostgresFacts,
        since previous: PostgresFacts?,
        _ shrink: ShrinkGuard
    ) throws(ReportableError) {
        guard let previous else { return }
        let names = Set(facts.databases.map(\.name))
        let missing = previous.databases.filter { $0.rows > 0 && !names.contains($0.name) }.map(\.name)
        try shrink.check(missing: missing.sorted(), of: access.service.text)
        try shrink.check("rows", of: access.service.text, before: previous.rows, now: facts.rows)
        for database in facts.databases {
            guard let before = previous.databases.first(where: { $0.name == database.name }) else { continue }
            try shrink.check(database, since: before, of: access.service.text)
        }
    }

    /// The passwords of roles are in it, as what the server keeps of them.
    private func storeGlobals(_ store: ObjectSink) async throws(ReportableError) {
        let command = client.command("pg_dumpall", ["--globals-only"], database: "postgres")
        try await Self.store(command, as: PostgresFacts.globals, isSecret: true, runner, store)
    }

    /// Not compressed, which is done better later, and needs no seeking, so that it can be streamed.
    private func storeDump(
        of snapshot: PostgresSnapshot,
        as name: String,
        _ store: ObjectSink
    ) async throws(ReportableError) {
        let arguments = [
            "--format=custom", "--compress=0", "--snapshot=\(snapshot.name)", "--lock-wait-timeout=60000",
        ]
        let command = client.command("pg_dump", arguments, database: snapshot.database)
        do throws(ReportableError) {
            try await Self.store(command, as: name, isSecret: false, runner, store)
        } catch {
            throw error.during("cannot dump the database \(snapshot.database)")
        }
    }

    /// Throws when the program fails, even if whoever stores did not mind.
    static func store(
        _ command: CommandLine,
        as name: String,
        isSecret: Bool,
        _ runner: any DataRunner,
        _ store: ObjectSink
    ) async throws(ReportableError) {
        let program = try await runner.start(command)
        let output = program.output
        do throws(ReportableError) {
            try await store(CapturedObject(name, output, isSecret: isSecret))
            guard try await output.next() == nil else {
                throw ReportableError(.broken, "\(name) was not read to its end")
            }
        } catch {
            program.kill()
            _ = await program.end()
            throw error.withoutSecrets()
        }
    }
}
