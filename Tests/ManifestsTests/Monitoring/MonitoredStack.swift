import Basics
import StackModel

/// A stack with something for every rule, dashboard and receiver.
enum MonitoredStack {
    static func stack(_ engine: EngineKind = .docker, contacts: [Contact] = contacts) -> Stack {
        Stack(
            name: "shop",
            environment: "local",
            engine: engine,
            services: services,
            secrets: [
                SecretDeclaration(name: "jwt", kind: .jwtHS256, rotate: TimeSpan("30d")),
                SecretDeclaration(name: "pager", kind: .given, from: "PAGER"),
                SecretDeclaration(name: "slack", kind: .given, from: "SLACK"),
                SecretDeclaration(name: "site", kind: .given, from: "SITE"),
            ],
            backups: [
                BackupPolicy(
                    name: "redis-hourly",
                    subject: .service("redis"),
                    schedule: "0 * * * *",
                    keep: Retention(last: 3),
                    stores: ["disk"],
                    prove: "weekly",
                    pointInTime: "*/5 * * * *"
                )
            ],
            objectives: objectives,
            contacts: contacts
        )
    }

    static let contacts = [
        Contact(name: "mail", way: .email(to: "a@example.com", from: "b@example.com", smarthost: "mx.example.com:587")),
        Contact(name: "chat", way: .slack(channel: "#shop", webhook: "slack"), severities: [.warning]),
        Contact(name: "pager", way: .pagerDuty(key: "pager"), severities: [.critical]),
        Contact(name: "hook", way: .webhook(url: "http://hook.example.com/alerts")),
        Contact(name: "pulse", way: .webhook(url: "https://pulse.example.com/ping"), severities: [.watchdog]),
    ]

    private static let objectives = ServiceLevelObjectives(
        availability: Percent("99.9%"),
        latency: [
            LatencyObjective(percentile: 95, bound: TimeSpan(milliseconds: 300)),
            LatencyObjective(percentile: 99, bound: .seconds(1)),
        ],
        errors: Percent("1%")
    )

    private static let services = [
        Service(
            name: "api",
            kind: .app(App(image: "api:1", port: 8000, metrics: "/metrics")),
            replicas: 2,
            dependsOn: ["postgres", "redis"],
            resources: Resources(cpu: MilliCores("500m"), memory: ByteCount("512MiB"))
        ),
        Service(name: "worker", kind: .app(App(image: "worker:1")), dependsOn: ["redis"]),
        Service(name: "node", kind: .app(App(image: "node:1", port: 9100, metrics: "/metrics"))),
        Service(name: "redis", kind: .redis(Redis(memory: ByteCount("256MiB")))),
        Service(name: "postgres", kind: .postgres(Postgres(database: "shop"))),
        Service(name: "prometheus", kind: .prometheus(Prometheus())),
        Service(name: "grafana", kind: .grafana(Grafana())),
        Service(
            name: "edge",
            kind: .edge(
                Edge(listen: 443, routes: [Route(path: "/", service: "api")], tls: EdgeTLS(certificate: "site"))
            )
        ),
    ]
}
