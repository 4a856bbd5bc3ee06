import Basics
import Planning
import StackModel
import TestKit

/// The shop of the examples: an API behind an edge, with a database and a cache.
struct Shop {
    var number = 1
    var version = "1.0.0"
    var replicas = 3
    var rollout = Rollout()
    var routes = "api"
    var fixedPort: Int?
    var password = 1
    var withoutCache = false

    var release: Release {
        let names = withoutCache ? ["api", "edge", "postgres"] : ["api", "edge", "postgres", "redis"]
        let stack = Stack(
            name: "shop",
            environment: "local",
            engine: .process,
            services: services.filter { names.contains($0.name.text) }
        )
        let contents = Release.Contents(
            stack: stack,
            spec: "",
            addresses: [:],
            secrets: ["postgres-app": password],
            templates: templates.filter { names.contains($0.key.text) }
        )
        return Release(
            number: number,
            contents: contents,
            createdAt: Instant(milliseconds: 0),
            createdBy: "test",
            reason: "test"
        )
    }

    private var app: App {
        App(
            source: "./api",
            command: ["uvicorn", "app:app"],
            port: 8000,
            env: ["APP_VERSION": Template(version), "DATABASE_PASSWORD": "${secret}-\(version)"]
        )
    }

    private var services: [Service] {
        [
            Service(
                name: "api",
                kind: .app(app),
                replicas: replicas,
                dependsOn: withoutCache ? ["postgres"] : ["postgres", "redis"],
                rollout: rollout
            ),
            Service(name: "redis", kind: .redis(Redis())),
            Service(name: "postgres", kind: .postgres(Postgres(database: "shop"))),
            Service(
                name: "edge",
                kind: .edge(Edge(listen: 8080, routes: [Route(path: "/\(routes)", service: "api")]))
            ),
        ]
    }

    private var templates: [ServiceName: ReplicaTemplate] {
        let api = ReplicaTemplate(
            service: "api",
            kind: "app",
            command: ["uvicorn", "app:app"],
            environment: app.env,
            source: Digest(of: "api \(version)"),
            port: fixedPort.map(PortUse.fixed) ?? .perReplica,
            probe: .http(path: "/readyz")
        )
        let redis = ReplicaTemplate(
            service: "redis",
            kind: "redis",
            command: ["redis-server"],
            port: .fixed(6379),
            volume: Volume(),
            probe: .redis,
            reload: .redisACL
        )
        let postgres = ReplicaTemplate(
            service: "postgres",
            kind: "postgres",
            command: ["postgres"],
            secrets: ["postgres-app": password],
            port: .fixed(5432),
            volume: Volume(preparation: .postgresCluster),
            probe: .postgres,
            reload: .postgresAccounts,
            accounts: PostgresAccounts(database: "shop", owner: "shop", logins: ["postgres-app"])
        )
        let edge = ReplicaTemplate(
            service: "edge",
            kind: "edge",
            command: ["haproxy"],
            files: [RenderedFile(path: "haproxy.cfg", content: Template("route \(routes)"), reloadable: true)],
            port: .fixed(8080),
            probe: .edge,
            reload: .edge
        )
        return ["api": api, "redis": redis, "postgres": postgres, "edge": edge]
    }

    /// The machine after this release was deployed on it.
    func deployed(on world: SimulatedWorld = SimulatedWorld()) throws -> SimulatedWorld {
        var random = SplitMix64(seed: 1)
        var run = RandomRun(world: world, desired: DesiredStack(release))
        try run.run(try plan(.deploy, on: world), using: &random)
        return run.world
    }

    func plan(
        _ purpose: Plan.Purpose,
        on world: SimulatedWorld,
        services: Set<ServiceName>? = nil,
        destroyData: Bool = false
    ) throws -> Plan {
        let request = PlanRequest(purpose: purpose, target: release, services: services, destroyData: destroyData)
        return try Planner.plan(request, observed: world.observation)
    }
}
