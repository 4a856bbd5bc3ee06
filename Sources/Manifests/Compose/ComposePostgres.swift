import Basics
import StackModel

/// Postgres by the official image, which makes the cluster and the accounts at its first start.
enum ComposePostgres {
    /// Queries that several processes work on share memory; Docker gives 64 MiB, which a hash join outgrows.
    private static let sharedMemory = ByteCount(bytes: 256 << 20)

    /// Where the image looks for what it runs at the first start.
    static let firstStart = "/docker-entrypoint-initdb.d"
    static let accountsFile = "accounts.sql"

    static func make(
        _ service: Service,
        _ postgres: Postgres,
        _ stack: Stack
    ) throws(ReportableError) -> ComposeService {
        let superuser = try ProcessManifests.administratorSecret(of: service.name, in: stack)
        var part = try ComposeService(service, resources: .postgres)
        part.user = OfficialUser.postgres(image: part.image)
        part.command = PostgresContainer.command
        part.environment = [
            "POSTGRES_DB": ComposeText.literal(postgres.database),
            "POSTGRES_PASSWORD_FILE": ContainerSecret.path(of: superuser.text),
            "POSTGRES_INITDB_ARGS": PostgresContainer.initialization,
        ]
        part.health = ComposeHealth(["CMD"] + PostgresContainer.question, service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.sharedMemory = sharedMemory
        part.volumes = [
            (service.name.text, PostgresContainer.dataFolder(image: part.image, version: postgres.version))
        ]
        part.scratch = [PostgresContainer.socketFolder]
        part.secrets = try PostgresContainer.secrets(of: service.name, in: stack).map(\.text)
        part.stop = StopRule(signal: .interrupt, grace: PostgresTemplate.grace)
        try addFiles(of: postgres, to: &part, stack)
        return part
    }

    private static func addFiles(
        of postgres: Postgres,
        to part: inout ComposeService,
        _ stack: Stack
    ) throws(ReportableError) {
        let name = part.service.name
        let accounts = try PostgresContainer.accounts(of: name, postgres, in: stack)
        part.files = [
            ManifestFile(
                "config/\(name)/postgresql.conf",
                PostgresContainer.configuration(memory: part.resources.memory.limit)
            ),
            ManifestFile("config/\(name)/pg_hba.conf", PostgresContainer.access),
            ManifestFile("config/\(name)/first-start/\(accountsFile)", accounts),
        ]
        part.mounts = [
            ("config/\(name)", PostgresContainer.folder), ("config/\(name)/first-start", firstStart),
        ]
    }
}
