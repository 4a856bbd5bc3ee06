import Basics
import StackModel

enum PostgresWorkload {
    private static let folder = "/etc/postgresql"

    static func make(_ service: Service, _ postgres: Postgres, _ stack: Stack) throws(ReportableError) -> Workload {
        let superuser = SecretFile(try ProcessManifests.administratorSecret(of: service.name, in: stack))
        let secrets = try self.secrets(of: service.name, superuser, stack)
        let map = ConfigurationMap(
            name: "\(service.name)-config",
            entries: try files(of: service, postgres, stack).map { .init(file: $0, path: fileName(of: $0)) }
        )
        let ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "nobody"]
        let image = try ContainerImage.reference(for: service)
        let data = PostgresContainer.dataFolder(image: image)
        let container = Container(
            name: service.name.text,
            image: image,
            arguments: ["postgres", "-c", "config_file=\(folder)/postgresql.conf"],
            environment: environment(superuser, data),
            port: .init(name: "postgres", number: 5432),
            startup: ContainerProbe(.exec(ready), period: 10, timeout: 5, failures: 90),
            liveness: ContainerProbe(.tcp, period: 10, timeout: 5, failures: 6),
            readiness: ContainerProbe(.exec(ready), period: 5, timeout: 5, failures: 3),
            lifecycle: ["postStart": ["exec": ["command": ["sh", "-c", .text(accountsAtStart)]]]],
            resources: ContainerResources.postgres.declaring(service.resources),
            mounts: mounts(map, secrets, data)
        )
        var workload = DataWorkload.make(
            service,
            container,
            stack,
            usualStorage: DataWorkload.gibibytes(10),
            grace: PostgresTemplate.grace
        )
        workload.configurations = [map]
        workload.secrets = secrets
        return workload
    }

    /// The image itself makes a cluster in the volume when there is none, never in its root, which the volume's file
    /// system may use.
    private static func environment(_ superuser: SecretFile, _ data: String) -> [ManifestValue] {
        [
            ["name": "PGDATA", "value": "\(data)/pgdata"],
            ["name": "POSTGRES_PASSWORD_FILE", "value": .text(superuser.path)],
            ["name": "POSTGRES_INITDB_ARGS", "value": "--auth-local=trust --auth-host=scram-sha-256 --data-checksums"],
        ]
    }

    /// Nothing gets traffic before its roles are there: probes begin when this has ended. By TCP it sees the server
    /// itself, and not the one that the image runs for itself while it makes a cluster.
    private static let accountsAtStart = """
        i=0
        until pg_isready -q -h 127.0.0.1 -U nobody; do
          i=$((i + 1))
          [ "$i" -lt 900 ] || exit 1
          sleep 1
        done
        exec psql -X -q -o /dev/null -U postgres -d postgres -f \(folder)/accounts.sql
        """

    private static func files(
        of service: Service,
        _ postgres: Postgres,
        _ stack: Stack
    ) throws(ReportableError) -> [ManifestFile] {
        let memory = service.resources.memory ?? ByteCount("1GiB")
        let configuration = PostgresContainer.configuration(memory: memory, access: "\(folder)/pg_hba.conf")
        let accounts = try PostgresContainer.accounts(
            of: service.name,
            postgres,
            secrets: ContainerSecret.folder,
            in: stack
        )
        return [
            ManifestFile("\(service.name)/config/accounts.sql", accounts),
            ManifestFile("\(service.name)/config/pg_hba.conf", PostgresContainer.access),
            ManifestFile("\(service.name)/config/postgresql.conf", configuration),
        ]
    }

    private static func fileName(of file: ManifestFile) -> String {
        String(file.path.split(separator: "/").last ?? "")
    }

    private static func secrets(
        of service: ServiceName,
        _ superuser: SecretFile,
        _ stack: Stack
    ) throws(ReportableError) -> [SecretFile] {
        var secrets = [superuser] + stack.logins(of: service, .postgresRole).map { SecretFile($0) }
        if stack.isWatched(service) {
            secrets.append(SecretFile(try ServiceLogin.exporter(of: service, in: stack).secret))
        }
        if stack.isBackedUp(service) {
            secrets.append(SecretFile(try ServiceLogin.backup(of: service, in: stack).secret))
        }
        return secrets.sorted()
    }

    /// Queries that several processes work on share memory of a size that the runtime's 64 MiB are too few for.
    private static func mounts(_ map: ConfigurationMap, _ secrets: [SecretFile], _ data: String) -> [Mount] {
        [
            .configuration(map, at: folder),
            .data(data),
            .scratch(PostgresContainer.socketFolder, name: "run"),
            .scratch("/tmp", name: "tmp"),
            .memory("/dev/shm", name: "shared-memory", limit: "256Mi"),
        ] + [.secrets(secrets)].compactMap { $0 }
    }
}
