import Basics
import Glibc
import Interfaces

/// A new cluster in a directory, and a scratch server on it. It is made as the engine makes one, so that the live server
/// starts on it.
struct PostgresCluster: Sendable {
    let runner: any DataRunner
    let target: DataPlace
    /// The cluster's directory.
    let data: String
    let place: ScratchPlace

    private static let port = 5432

    func make(like facts: PostgresFacts) async throws(ReportableError) {
        var arguments = [
            "-D", data, "-U", PostgresClient.superuser, "--auth-local=peer", "--auth-host=scram-sha-256",
            "--encoding=\(facts.encoding)", "--lc-collate=\(facts.collate)", "--lc-ctype=\(facts.ctype)",
            "--locale=\(facts.collate)", "--no-sync",
        ]
        if facts.dataChecksums { arguments.append("--data-checksums") }
        try await run("initdb", arguments)
    }

    /// Nothing is safe on disk before `finish`.
    /// - Parameter more: settings that go before our own.
    func serve<Value: Sendable>(
        _ more: [(String, String)] = [],
        _ work: @Sendable (PostgresClient) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let rules = "\(place.sockets)/pg_hba.conf"
        let file = try await SpoolFile.create(rules)
        // Whoever gets at the socket may come in: it is in a directory of the server's own account.
        try await file.write(Array("local all all trust\n".utf8))
        try await file.finish(for: target.owner)
        try place.giveSockets(to: target.owner)
        let client = PostgresClient(
            runner: runner,
            programs: target.programs,
            socket: place.sockets,
            port: Self.port,
            user: PostgresClient.superuser,
            account: target.owner.user
        )
        let server = ScratchServer(
            runner: runner,
            command: CommandLine(
                "\(target.programs)/postgres",
                ["-D", data] + (settings(rules) + more).flatMap { ["-c", "\($0)=\($1)"] },
                directory: "/",
                user: target.owner.user
            ),
            name: "a scratch postgres",
            killer: SIGQUIT,
            isReady: { await isReady() },
            stop: { (program) throws(ReportableError) in program.send(signal: SIGINT) }
        )
        return try await server.serve { () throws(ReportableError) in try await work(client) }
    }

    /// It is a cluster that was stopped in good order, and all of it is on disk. Throws `engineFailed` when it is not.
    func finish() async throws(ReportableError) {
        try await run("initdb", ["--sync-only", "-D", data])
        let state = try await run("pg_controldata", ["-D", data]).split(separator: "\n")
            .first { $0.hasPrefix("Database cluster state:") }
        guard state?.hasSuffix(" shut down") == true else {
            throw ReportableError(.engineFailed, "the prepared cluster is not shut down: \(state ?? "no state")")
        }
    }

    /// One user of it, for a short time, who begins anew when it is lost: no care for crashes, no company, no archive.
    private func settings(_ rules: String) -> [(String, String)] {
        [
            ("listen_addresses", ""), ("unix_socket_directories", place.sockets), ("port", "\(Self.port)"),
            ("unix_socket_permissions", "0700"), ("hba_file", rules), ("archive_mode", "off"), ("fsync", "off"),
            ("full_page_writes", "off"), ("wal_level", "minimal"), ("max_wal_senders", "0"), ("autovacuum", "off"),
            ("synchronous_commit", "off"), ("shared_buffers", "64MB"), ("maintenance_work_mem", "64MB"),
            ("max_connections", "20"), ("max_wal_size", "1GB"), ("logging_collector", "off"),
            ("log_destination", "stderr"), ("log_min_messages", "warning"), ("log_statement", "none"),
            // What a statement was is said to whoever made it; a log may be shown to others.
            ("log_min_error_statement", "panic"), ("statement_timeout", "0"),
        ]
    }

    private func isReady() async -> Bool {
        let arguments = ["-h", place.sockets, "-p", "\(Self.port)", "-U", PostgresClient.superuser, "-q"]
        let result = try? await runner.run(
            CommandLine("\(target.programs)/pg_isready", arguments, directory: "/", user: target.owner.user)
        )
        return result?.succeeded == true
    }

    @discardableResult
    private func run(_ program: String, _ arguments: [String]) async throws(ReportableError) -> String {
        let result = try await runner.run(
            CommandLine(
                "\(target.programs)/\(program)",
                arguments,
                directory: "/",
                user: target.owner.user,
                timeout: .seconds(3600)
            )
        )
        guard !result.succeeded else { return result.output }
        throw ReportableError(
            .engineFailed,
            "\(program) failed with status \(result.status)",
            details: (result.output + result.errorOutput).split(separator: "\n").suffix(15).map(String.init)
        )
    }
}
