import Basics
import Foundation
import StackModel
import StackSpec

/// The stacks of the repository in every environment, and one with everything that a spec can say.
enum KubernetesStacks {
    static let all: [String: Stack] = declared.merging(["everything": everything, "bare": bare]) { own, _ in own }

    private static let declared: [String: Stack] = {
        var stacks: [String: Stack] = [:]
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../stacks")
        for name in ["counter", "hello", "shop"] {
            let file = folder.appending(path: "\(name)/stack.yaml")
            guard let content = try? String(contentsOf: file, encoding: .utf8) else { continue }
            let text = SpecText(file: "stack.yaml", bytes: Array(content.utf8))
            for environment in SpecLoader.environments(in: text) {
                let loaded = SpecLoader.load(text, environment: environment, variables: [:])
                stacks["\(name)-\(environment)"] = loaded.stack
            }
        }
        return stacks
    }()

    /// Everything at once, and none of it as usual.
    static let everything = Stack(
        name: "market",
        environment: "production",
        engine: .kubernetes,
        services: [
            Service(
                name: "api",
                kind: .app(api),
                replicas: 4,
                dependsOn: ["cache", "orders"],
                resources: Resources(cpu: MilliCores("250m"), memory: ByteCount("256MiB")),
                rollout: Rollout(
                    maxSurge: .share(Percent(thousandths: 33_333)),
                    maxUnavailable: .share(Percent(thousandths: 25_000))
                )
            ),
            Service(name: "shop-front", kind: .app(front), replicas: 2, rollout: Rollout(strategy: .blueGreen)),
            Service(name: "worker", kind: .app(worker), replicas: 3, rollout: Rollout(strategy: .recreate)),
            Service(name: "media", kind: .app(media)),
            Service(name: "cache", kind: .redis(Redis(persistence: [.rdb], memory: ByteCount("100MiB")))),
            Service(
                name: "orders",
                kind: .postgres(Postgres(version: "16", database: "orders")),
                resources: Resources(cpu: MilliCores("2"), memory: ByteCount("4GiB")),
                storage: ByteCount("100GiB")
            ),
            Service(name: "prometheus", kind: .prometheus(Prometheus(scrapeInterval: .seconds(30)))),
            Service(name: "grafana", kind: .grafana(Grafana())),
            Service(name: "edge", kind: .edge(edge)),
        ],
        secrets: [
            SecretDeclaration(name: "cache-app", kind: .redisUser, service: "cache"),
            SecretDeclaration(name: "orders-app", kind: .postgresRole, service: "orders"),
            SecretDeclaration(name: "orders-reports", kind: .postgresRole, service: "orders"),
            SecretDeclaration(name: "tokens", kind: .jwtHS256, rotate: .seconds(86400), overlap: .seconds(3600)),
            SecretDeclaration(name: "pager", kind: .given, from: "PAGER_KEY"),
            SecretDeclaration(name: "market-tls", kind: .given),
        ],
        backups: [
            BackupPolicy(
                name: "orders-nightly",
                subject: .service("orders"),
                schedule: "0 2 * * 5-7",
                keep: Retention(daily: 14, monthly: 6, within: .seconds(86400)),
                stores: ["local"],
                prove: "weekly"
            ),
            BackupPolicy(
                name: "cache-hourly",
                subject: .service("cache"),
                schedule: "5 * * * *",
                keep: Retention(last: 3, hourly: 24, weekly: 4, yearly: 2),
                stores: ["local"]
            ),
            BackupPolicy(
                name: "config",
                subject: .config,
                schedule: "0 3 * * 7",
                keep: Retention(last: 9),
                stores: ["local"]
            ),
        ],
        stores: [Store(name: "local", location: .directory("/var/backups"))],
        contacts: [
            Contact(
                name: "office",
                way: .email(to: "a@b.example", from: "c@b.example", smarthost: "mail.b.example:465")
            ),
            Contact(name: "night", way: .pagerDuty(key: "pager"), severities: [.critical]),
            Contact(name: "hook", way: .webhook(url: "http://hooks.b.example:8123/alerts")),
        ],
        kubernetes: KubernetesOptions(ingressClass: "nginx", storageClass: "fast", prometheusOperator: true)
    )

    /// The same behind a Gateway, with nothing that a cluster can default.
    static let bare: Stack = {
        var stack = everything
        stack.kubernetes = KubernetesOptions(gateway: "public")
        stack.contacts = nil
        stack.namespace = "elsewhere"
        return stack
    }()

    private static let api = App(
        image: "registry.example.com:5000/market/api:2.1.0@sha256:\(String(repeating: "a", count: 64))",
        command: ["api", "--listen", "\(.host):\(.port)"],
        port: 8000,
        env: [
            "ORDERS":
                "postgresql://\(.secret("orders-app", .user)):\(.secret("orders-app", .value))@\(.service("orders", .hostAndPort))/orders",
            "REPORTS":
                "\(.secret("orders-app", .value)) and \(.secret("orders-reports", .value)) for $HOME, $(TOKEN_KEY) and $é",
            "TOKEN_KEY": "\(.secret("tokens", .value))",
            "TRACKER": "handed on",
        ],
        handedOn: ["TRACKER"],
        health: HealthCheck(liveness: "/healthz", readiness: "/readyz", interval: TimeSpan(milliseconds: 1500)),
        autoscale: Autoscale(
            minimum: 2,
            maximum: 20,
            cpu: Percent(thousandths: 65_000),
            memory: Percent(thousandths: 80_000)
        ),
        metrics: "/internal/metrics",
        stop: StopRule(signal: .quit, grace: .seconds(20))
    )

    private static let front = App(
        image: "market/front:1",
        port: 3000,
        env: ["API": "http://\(.service("api", .hostAndPort))"],
        user: "nginx"
    )

    private static let worker = App(
        image: "market/api:2.1.0",
        command: ["work"],
        env: ["CACHE": "\(.service("cache", .host))", "CACHE_PASSWORD": "\(.secret("cache-app", .value))"],
        health: HealthCheck(command: ["work", "--is-ready"]),
        volumes: [AppVolume(name: "results", path: "/srv/results", storage: ByteCount(bytes: 20 << 30))]
    )

    private static let media = App(
        image: "market/media:3",
        command: ["media", "\(.mount("tmp"))"],
        env: ["UPLOADS": "\(.mount("uploads"))/new"],
        volumes: [
            AppVolume(name: "uploads", path: "/srv/uploads", storage: ByteCount(bytes: 5 << 30)),
            AppVolume(name: "tmp", path: "/srv/uploads.d", storage: ByteCount(bytes: 1 << 30)),
        ]
    )

    private static let edge = Edge(
        listen: 443,
        routes: [
            Route(path: "/", host: "market.example.com", service: "shop-front"),
            Route(path: "/api/", host: "market.example.com", service: "api"),
            Route(path: "/", host: "api.example.com", service: "api"),
        ],
        tls: EdgeTLS(certificate: "market-tls", redirectFrom: 80),
        rateLimit: RateLimit(requests: 100, per: .seconds(1)),
        maintenance: "back soon"
    )
}
