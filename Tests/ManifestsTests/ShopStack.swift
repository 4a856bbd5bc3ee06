import Basics
import Manifests
import StackModel

/// A stack like the reference one: an app behind an edge, and one of each kind beside it.
enum ShopStack {
    static func stack(routes: [Route] = [Route(path: "/", service: "api")]) -> Stack {
        Stack(
            name: "shop",
            environment: "local",
            engine: .process,
            services: [
                Service(name: "api", kind: .app(api), replicas: 3, dependsOn: ["redis", "postgres"]),
                Service(name: "worker", kind: .app(App(command: ["./worker"]))),
                Service(name: "redis", kind: .redis(Redis(memory: ByteCount("256MiB")))),
                Service(
                    name: "postgres",
                    kind: .postgres(Postgres(database: "shop")),
                    resources: Resources(memory: ByteCount("1GiB"))
                ),
                Service(name: "prometheus", kind: .prometheus(Prometheus()), storage: ByteCount("10GiB")),
                Service(name: "grafana", kind: .grafana(Grafana()), optional: true),
                Service(name: "edge", kind: .edge(Edge(listen: 8080, routes: routes))),
            ],
            secrets: [
                SecretDeclaration(name: "redis-app", kind: .redisUser, service: "redis"),
                SecretDeclaration(name: "postgres-app", kind: .postgresRole, service: "postgres"),
                SecretDeclaration(name: "jwt", kind: .jwtHS256),
            ]
        ).withCompanions()
    }

    static func inputs(_ stack: Stack = stack(), ports: AddressBook = addresses) -> ManifestInputs {
        ManifestInputs(
            stack: stack,
            addresses: ports,
            sources: ["api": Digest(of: "the api's source")],
            secrets: [
                "redis-app": 1, "postgres-app": 2, "jwt": 3, "redis-admin": 1, "grafana-admin": 1, "grafana-key": 1,
                "redis-exporter-password": 1, "postgres-exporter-password": 1,
            ]
        )
    }

    static let addresses: AddressBook = [
        "api": Address(host: "127.0.0.1", port: 8080),
        "edge": Address(host: "127.0.0.1", port: 8080),
        "grafana": Address(host: "127.0.0.1", port: 20003),
        "postgres": Address(host: "127.0.0.1", port: 20001),
        "prometheus": Address(host: "127.0.0.1", port: 20002),
        "redis": Address(host: "127.0.0.1", port: 20000),
        "redis-exporter": Address(host: "127.0.0.1", port: 20005),
        "postgres-exporter": Address(host: "127.0.0.1", port: 20006),
        "alertmanager": Address(host: "127.0.0.1", port: 20007),
        "worker": Address(host: "127.0.0.1", port: 20004),
    ]

    private static let api = App(
        source: "./api",
        command: ["uvicorn", "app:app", "--port", "\(.port)"],
        port: 8000,
        env: [
            "REDIS_URL":
                "redis://\(.secret("redis-app", .user)):\(.secret("redis-app", .value))@\(.service("redis", .hostAndPort))/0",
            "JWT_KEY": "\(.secret("jwt", .value))",
        ],
        health: HealthCheck(liveness: "/healthz", readiness: "/readyz"),
        metrics: "/metrics"
    )
}
