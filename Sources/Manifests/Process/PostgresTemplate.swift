import Basics
import StackModel

/// Postgres: SCRAM over loopback, the superuser over the local socket only, memory settings from the declared limit.
enum PostgresTemplate {
    /// INT is the fast shutdown: sessions are ended and a checkpoint is written, which takes as long as the cache is
    /// large. A kill instead means crash recovery at the next start.
    static let grace = TimeSpan.seconds(60)
    /// Postgres's own default, used where no limit is declared.
    static let defaultSharedBuffers = ByteCount(bytes: 128 << 20)
    static let maximumConnections = 100

    static func make(
        _ service: Service,
        _ postgres: Postgres,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        let archive = inputs.stack.archivesLog(of: service.name) ? PostgresArchive.settings : []
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            version: postgres.version,
            command: [
                "postgres", "-D", "\(.volume)/data",
                "-c", "config_file=\(.directory)/postgresql.conf",
                "-c", "hba_file=\(.directory)/pg_hba.conf",
                "-c", "ident_file=\(.directory)/pg_ident.conf",
            ],
            files: [
                RenderedFile(path: "postgresql.conf", content: configuration(service.resources.memory, archive)),
                RenderedFile(path: "pg_hba.conf", content: access(isCopied: !archive.isEmpty)),
                RenderedFile(path: "pg_ident.conf", content: superusers),
            ],
            user: .named("postgres"),
            port: .fixed(try inputs.port(of: service.name)),
            volume: Volume(preparation: .postgresCluster),
            probe: .postgres,
            limits: service.resources,
            stop: StopRule(signal: .interrupt, grace: grace),
            reload: .postgresAccounts,
            accounts: PostgresAccounts(
                database: postgres.database,
                owner: "\(postgres.database)_owner",
                logins: logins(of: service.name, inputs.stack),
                monitor: try ExporterTemplate.secret(watching: service.name, in: inputs.stack)
            )
        )
    }

    private static func configuration(_ memory: ByteCount?, _ more: [Template]) -> Template {
        var text = ConfigurationText()
        text.lines([
            "listen_addresses = '127.0.0.1'",
            "port = \(.port)",
            "unix_socket_directories = '\(.directory)'",
            "unix_socket_permissions = 0700",
        ])
        text.lines(settings(memory: memory) + more)
        return text.template
    }

    /// What is the same wherever it runs.
    static func settings(memory: ByteCount?) -> [Template] {
        let buffers = memory.map { ByteCount(bytes: $0.bytes / 4) } ?? defaultSharedBuffers
        return [
            "max_connections = \(maximumConnections)",
            "password_encryption = 'scram-sha-256'",
            "shared_buffers = \(kilobytes(buffers))",
            // A hint for the query planner: the share of memory that ends up as cache, not an allocation.
            "effective_cache_size = \(kilobytes(ByteCount(bytes: buffers.bytes * 3)))",
            "dynamic_shared_memory_type = posix",
            "max_wal_size = 1GB",
            "min_wal_size = 80MB",
            "log_destination = 'stderr'",
            "logging_collector = off",
            "log_line_prefix = '%m [%p] %q%u@%d '",
            "log_timezone = 'UTC'",
            "timezone = 'UTC'",
        ]
    }

    /// Nothing but the superuser by the socket, and passwords by loopback.
    private static func access(isCopied: Bool) -> Template {
        var text = ConfigurationText()
        text.line("local all postgres peer map=slipway")
        if isCopied { text.line(PostgresArchive.access) }
        text.line("host all all 127.0.0.1/32 scram-sha-256")
        return text.template
    }

    /// Which users of the machine the superuser is. An engine that runs the server as somebody else adds them.
    private static let superusers: Template = """
        slipway postgres postgres
        slipway root postgres

        """

    /// Postgres reads `kB` as 1024 bytes.
    private static func kilobytes(_ count: ByteCount) -> String { "\(max(count.bytes / 1024, 1024))kB" }

    private static func logins(of service: ServiceName, _ stack: Stack) -> [SecretName] {
        stack.secrets.filter { $0.kind == .postgresRole && $0.service == service }.map(\.name)
    }
}
