import Basics
import StackModel

/// An exporter of Redis or Postgres figures: it logs in as a user that sees figures and nothing else.
enum ExporterTemplate {
    /// Of Redis and of Postgres. No declared secret has this user: theirs end in `_a` or `_b`.
    static let user = PostgresAccounts.monitorUser

    static func make(
        _ service: Service,
        _ exporter: Exporter,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        let secret = try ProcessManifests.exporterSecret(of: service.name, in: inputs.stack)
        var template = ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: [],
            port: .fixed(try inputs.port(of: service.name)),
            limits: service.resources
        )
        switch exporter.subject {
        case .redis: redis(exporter.service, secret, &template)
        case .postgres: postgres(exporter.service, secret, inputs.stack, &template)
        }
        return template
    }

    /// The password of the exporter that watches a service; nil when none does.
    static func secret(watching service: ServiceName, in stack: Stack) throws(ReportableError) -> SecretName? {
        guard let exporter = stack.exporter(watching: service) else { return nil }
        return try ProcessManifests.exporterSecret(of: exporter, in: stack)
    }

    private static func redis(_ service: ServiceName, _ secret: SecretName, _ template: inout ReplicaTemplate) {
        template.command = [
            "prometheus-redis-exporter", "-web.listen-address=127.0.0.1:\(.port)",
            "-redis.password-file=\(.directory)/passwords.secret",
        ]
        template.environment = [
            "REDIS_ADDR": "redis://\(.service(service, .hostAndPort))",
            "REDIS_USER": "\(user)",
        ]
        // By address; newer exporters look for the user in it too.
        let (address, password) = (
            Template.Segment.service(service, .hostAndPort), Template.Segment.secret(secret, .value)
        )
        template.files = [
            RenderedFile(
                path: "passwords.secret",
                content: """
                    {"redis://\(address)": "\(password)", "redis://\(user)@\(address)": "\(password)"}

                    """
            )
        ]
        template.probe = .http(path: "/health")
    }

    private static func postgres(
        _ service: ServiceName,
        _ secret: SecretName,
        _ stack: Stack,
        _ template: inout ReplicaTemplate
    ) {
        guard case .postgres(let postgres)? = stack.service(service)?.kind else { return }
        template.command = [
            "prometheus-postgres-exporter", "--web.listen-address=127.0.0.1:\(.port)",
            "--extend.query-path=\(.directory)/queries.yaml",
        ]
        template.environment = [
            "DATA_SOURCE_URI": "\(.service(service, .hostAndPort))/\(postgres.database)?sslmode=disable",
            "DATA_SOURCE_USER": "\(user)",
            "DATA_SOURCE_PASS_FILE": "\(.directory)/password.secret",
        ]
        template.files = [
            RenderedFile(path: "password.secret", content: "\(.secret(secret, .value))"),
            RenderedFile(path: "queries.yaml", content: Template(queries)),
        ]
        template.probe = .http(path: "/")
    }

    /// What newer exporters have a collector for, under the name it has there.
    private static let queries = """
        pg_database_wraparound:
          query: SELECT max(age(datfrozenxid)) AS age_datfrozenxid_seconds FROM pg_database WHERE datallowconn
          master: true
          metrics:
            - age_datfrozenxid_seconds:
                usage: GAUGE
                description: Transactions since the oldest one that is not frozen.

        """
}
