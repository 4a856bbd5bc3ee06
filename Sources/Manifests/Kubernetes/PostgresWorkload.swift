import Basics
import StackModel

enum PostgresWorkload {
    static func make(_ service: Service, _ postgres: Postgres, _ stack: Stack) throws(ReportableError) -> Workload {
        let superuser = SecretFile(try ProcessManifests.administratorSecret(of: service.name, in: stack))
        let secrets = try PostgresContainer.secrets(of: service.name, in: stack).map { SecretFile($0) }.sorted()
        let map = ConfigurationMap(
            name: "\(service.name)-config",
            entries: try files(of: service, postgres, stack).map { .init(file: $0, path: fileName(of: $0)) }
        )
        let ready = PostgresContainer.question
        let image = try ContainerImage.reference(for: service)
        let data = PostgresContainer.dataFolder(image: image, version: postgres.version)
        let container = Container(
            name: service.name.text,
            image: image,
            arguments: PostgresContainer.command,
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
            ["name": "POSTGRES_INITDB_ARGS", "value": .text(PostgresContainer.initialization)],
        ]
    }

    /// Nothing gets traffic before its roles are there: probes begin when this has ended.
    private static let accountsAtStart = """
        i=0
        until \(PostgresContainer.question.joined(separator: " ")); do
          i=$((i + 1))
          [ "$i" -lt 900 ] || exit 1
          sleep 1
        done
        exec psql -X -q -o /dev/null -U postgres -d postgres -f \(PostgresContainer.folder)/accounts.sql
        """

    private static func files(
        of service: Service,
        _ postgres: Postgres,
        _ stack: Stack
    ) throws(ReportableError) -> [ManifestFile] {
        let memory = service.resources.memory ?? ByteCount("1GiB")
        let configuration = PostgresContainer.configuration(memory: memory)
        let accounts = try PostgresContainer.accounts(of: service.name, postgres, in: stack)
        return [
            ManifestFile("\(service.name)/config/accounts.sql", accounts),
            ManifestFile("\(service.name)/config/pg_hba.conf", PostgresContainer.access),
            ManifestFile("\(service.name)/config/postgresql.conf", configuration),
        ]
    }

    private static func fileName(of file: ManifestFile) -> String {
        String(file.path.split(separator: "/").last ?? "")
    }

    /// Queries that several processes work on share memory of a size that the runtime's 64 MiB are too few for.
    private static func mounts(_ map: ConfigurationMap, _ secrets: [SecretFile], _ data: String) -> [Mount] {
        [
            .configuration(map, at: PostgresContainer.folder),
            .data(data),
            .scratch(PostgresContainer.socketFolder, name: "run"),
            .scratch("/tmp", name: "tmp"),
            .memory("/dev/shm", name: "shared-memory", limit: "256Mi"),
        ] + [.secrets(secrets)].compactMap { $0 }
    }
}
