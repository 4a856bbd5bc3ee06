import Basics
import Interfaces
import StackModel

/// Makes, from a captured set, a volume with a cluster that the live server starts from; proven by a scratch server that
/// holds what was captured, table by table.
///
/// What a set's own tables call while they are filled (a check, an index, a generated column) runs here as it does in
/// every restore by `pg_restore`: the set is trusted as far as the server was that it came from.
struct PostgresRestoration: Sendable {
    let target: DataPlace
    let runner: any DataRunner
    /// How many at once load data and build indexes.
    var jobs = 2

    /// - Parameters:
    ///   - folder: made here, as a whole or not at all; the cluster is in `data` below it.
    ///   - scratch: a folder of this call's own, gone afterwards; it holds one dump at a time.
    /// Throws `vaultDamaged` when what was loaded is not what was captured, `engineFailed` when this server cannot hold it
    /// or a program refuses an object, and what `object` throws.
    /// Returns what each database holds.
    @discardableResult
    func prepare(
        in folder: String,
        scratch: String,
        facts: PostgresFacts,
        object: @escaping ObjectSource
    ) async throws(ReportableError) -> [String: PostgresContent] {
        try check(facts)
        return try await ScratchPlace.with(scratch, for: target.owner, runner) { (place) throws(ReportableError) in
            try await Folder.make(folder)
            do throws(ReportableError) {
                try await SpareRoom.check(
                    [(folder, facts.size), (scratch, facts.databases.map(\.size).max() ?? 0)],
                    to: "restore the data of \(target.service)"
                )
                try Folder.give(folder, to: target.owner)
                let cluster = PostgresCluster(runner: runner, target: target, data: "\(folder)/data", place: place)
                try await cluster.make(like: facts)
                let contents = try await cluster.serve { (client) throws(ReportableError) in
                    try await load(facts, into: client, in: place, object)
                    return try await prove(facts, client)
                }
                try await cluster.finish()
                try await offPool { Folder.sync(folder) }
                return contents
            } catch {
                await ScratchPlace.discard(folder, runner)
                throw error
            }
        }
    }

    private func check(_ facts: PostgresFacts) throws(ReportableError) {
        let (from, to) = (Self.major(facts.version), Self.major(target.version))
        guard to >= from else {
            throw ReportableError(
                .engineFailed,
                "the backup is of Postgres \(facts.version), and \(target.service) is \(target.version)",
                hint: "Declare `version: \"\(from)\"` for \(target.service), and restore again."
            )
        }
        if let tablespace = facts.tablespaces.first {
            throw ReportableError(
                .engineFailed,
                "the backup has the tablespace \(tablespace), which lies outside of what can be restored",
                hint: "Restore it by hand: RESTORE.md in the vault says how."
            )
        }
    }

    static func major(_ version: String) -> Int { Int(version.prefix { $0.isNumber }) ?? 0 }

    // MARK: - Loading

    private func load(
        _ facts: PostgresFacts,
        into client: PostgresClient,
        in place: ScratchPlace,
        _ object: ObjectSource
    ) async throws(ReportableError) {
        try await checkExtensions(facts, client)
        try await loadGlobals(try await object(PostgresFacts.globals), client)
        // One that is there already gives way, so that each comes back with all its properties. template1 is first: the
        // others are made from a session in it.
        let template = facts.databases.filter { $0.name == "template1" }
        for database in template + facts.databases.filter({ $0.name != "template1" }) {
            do throws(ReportableError) {
                try await load(database, into: client, in: place, try await object(database.object))
            } catch {
                throw error.during("cannot load the database \(database.name)").withoutSecrets()
            }
        }
        _ = try await client.output(of: client.analysis(jobs: jobs))
    }

    /// Before the work of hours, not in the middle of it.
    private func checkExtensions(_ facts: PostgresFacts, _ client: PostgresClient) async throws(ReportableError) {
        let wanted = Set(facts.databases.flatMap(\.extensions.keys))
        let query = "SELECT to_json(name::text) FROM pg_catalog.pg_available_extensions;"
        let available: [String] = try await client.rows(query, in: "postgres")
        let missing = wanted.subtracting(available).sorted()
        guard missing.isEmpty else {
            throw ReportableError(
                .programMissing,
                "the backup needs extensions of Postgres that are not installed: \(missing.joined(separator: ", "))",
                hint: "Install the Debian packages that have them, then restore again."
            )
        }
    }

    private func loadGlobals(_ content: ByteStream, _ client: PostgresClient) async throws(ReportableError) {
        let program = try await client.runner.start(
            client.psql("postgres", ["--single-transaction", "-f", "-"]),
            input: LineFilter(of: content, without: "CREATE ROLE \(client.user);").content
        )
        do throws(ReportableError) {
            let output = program.output
            while try await output.next() != nil {}
        } catch {
            throw error.during("cannot load the roles").withoutSecrets()
        }
    }

    private func load(
        _ database: PostgresDatabaseFacts,
        into client: PostgresClient,
        in place: ScratchPlace,
        _ content: ByteStream
    ) async throws(ReportableError) {
        let path = "\(place.path)/dump"
        let file = try await SpoolFile.create(path)
        try await file.write(content)
        try await file.finish(for: target.owner)
        let session = database.name == "template1" ? "postgres" : "template1"
        try await client.drop(database.name, from: session)
        let arguments = ["--create", "--exit-on-error", "--jobs=\(jobs)", path]
        try await client.output(of: client.command("pg_restore", arguments, database: session))
        try await Leftovers.clear(path, runner)
    }

    // MARK: - Proof

    private func prove(_ facts: PostgresFacts, _ client: PostgresClient)
        async throws(ReportableError) -> [String: PostgresContent]
    {
        var differences: [String] = []
        var contents: [String: PostgresContent] = [:]
        for database in facts.databases {
            let content = try await PostgresCounts.of(database.name, client)
            contents[database.name] = content
            differences += content.differences(from: database.content).map { "\(database.name): \($0)" }
        }
        guard differences.isEmpty else {
            throw ReportableError(
                .vaultDamaged,
                "what Postgres loaded is not what was captured",
                details: Array(differences.prefix(10))
            )
        }
        return contents
    }
}

extension PostgresClient {
    /// Nothing to do when there is none. Runs in a session with another one.
    fileprivate func drop(_ database: String, from session: String) async throws(ReportableError) {
        let parts = database.split(separator: "'", omittingEmptySubsequences: false)
        let literal = "'\(parts.joined(separator: "''"))'"
        try await execute(
            """
            SET standard_conforming_strings = on;
            UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = \(literal);
            SELECT format('DROP DATABASE %I', datname) FROM pg_catalog.pg_database WHERE datname = \(literal) \\gexec

            """,
            in: session
        )
    }

    /// Of all databases: without its figures the planner of queries is blind.
    fileprivate func analysis(jobs: Int) -> CommandLine {
        CommandLine(
            "\(programs)/vacuumdb",
            ["-h", socket, "-p", "\(port)", "-U", user, "--no-password", "--all", "--analyze-only", "--quiet"]
                + ["--jobs=\(jobs)"],
            environment: DataLogin.postgresEnvironment,
            directory: "/",
            user: account,
            timeout: .seconds(24 * 3600)
        )
    }
}
