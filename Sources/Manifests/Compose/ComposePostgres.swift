import Basics
import StackModel

/// Postgres by the official image, which makes the cluster and the accounts at its first start.
enum ComposePostgres {
    private static let folder = "/etc/postgresql"
    /// Queries that several processes work on share memory; Docker gives 64 MiB, which a hash join outgrows.
    private static let sharedMemory = ByteCount(bytes: 256 << 20)

    static func make(
        _ service: Service,
        _ postgres: Postgres,
        _ stack: Stack
    ) throws(ReportableError) -> ComposeService {
        let superuser = try ProcessManifests.administratorSecret(of: service.name, in: stack)
        var part = try ComposeService(service, resources: .postgres)
        part.user = OfficialUser.postgres(image: part.image)
        part.command = ["postgres", "-c", "config_file=\(folder)/postgresql.conf"]
        part.environment = [
            "POSTGRES_DB": ComposeText.literal(postgres.database),
            "POSTGRES_PASSWORD_FILE": ContainerSecret.path(of: superuser.text),
            "POSTGRES_INITDB_ARGS": "--auth-local=trust --auth-host=scram-sha-256 --data-checksums",
        ]
        // By TCP it is the server itself, and not the one that the image runs for itself while it makes a cluster.
        part.health = ComposeHealth(["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "nobody"], service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.sharedMemory = sharedMemory
        part.volumes = [(service.name.text, PostgresContainer.dataFolder(image: part.image))]
        part.scratch = [PostgresContainer.socketFolder]
        part.secrets = try secrets(of: service.name, superuser, stack)
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
        let configuration = PostgresContainer.configuration(
            memory: part.resources.memory,
            access: "\(folder)/pg_hba.conf"
        )
        let accounts = try PostgresContainer.accounts(
            of: name,
            postgres,
            secrets: ContainerSecret.folder,
            in: stack
        )
        part.files = [
            ManifestFile("config/\(name)/postgresql.conf", configuration),
            ManifestFile("config/\(name)/pg_hba.conf", PostgresContainer.access),
            ManifestFile("config/\(name)/first-start/accounts.sql", accounts),
        ]
        part.mounts = [
            ("config/\(name)", folder), ("config/\(name)/first-start", "/docker-entrypoint-initdb.d"),
        ]
    }

    private static func secrets(
        of service: ServiceName,
        _ superuser: SecretName,
        _ stack: Stack
    ) throws(ReportableError) -> [String] {
        var names = [superuser] + stack.logins(of: service, .postgresRole)
        if stack.isWatched(service) { names.append(try ServiceLogin.exporter(of: service, in: stack).secret) }
        if stack.isBackedUp(service) { names.append(try ServiceLogin.backup(of: service, in: stack).secret) }
        return names.map(\.text)
    }
}
