import Basics
import StackModel

/// One state of the stack file.
struct Variant: Sendable, CustomStringConvertible {
    enum Behaviour: String, Sendable {
        case good
        /// Lives, and never says that it is ready.
        case neverReady = "never-ready"
        /// Is ready for longer than `healthyFor`, and then dies.
        case crashing
    }

    /// The folder of the app's source, and what it answers with.
    var code = "one"
    var config = "red"
    var replicas = 2
    var strategy = Rollout.Strategy.rolling
    var behaviour = Behaviour.good

    static let first = Variant()
    static let second = Variant(code: "two", config: "blue")

    static let secret = SecretDeclaration(name: "token", kind: .random)

    var description: String { "\(code), \(config), \(replicas), \(strategy), \(behaviour)" }

    func stack(_ id: StackID, port: Int) -> Stack {
        Stack(
            name: id.stack,
            environment: id.environment,
            engine: .process,
            services: [api, redis, edge(port)],
            secrets: [Self.secret, SecretDeclaration(name: "redis-app", kind: .redisUser, service: "redis")]
        )
    }

    private var api: Service {
        let environment: [String: Template] = [
            "CONFIG": Template(config), "BEHAVIOUR": Template(behaviour.rawValue),
            "TOKEN": Template([.secret(Self.secret.name, .value)]),
            "REDIS_PORT": Template([.service("redis", .port)]),
            "REDIS_USER": Template([.secret("redis-app", .user)]),
            "REDIS_PASSWORD": Template([.secret("redis-app", .value)]),
        ]
        let health = HealthCheck(readiness: "/readyz", interval: TimeSpan(milliseconds: 200))
        let app = App(
            source: code,
            command: ["python3", "app.py", "\(.port)"],
            port: 8000,
            env: environment,
            health: health
        )
        let rollout = Rollout(
            strategy: strategy,
            healthyFor: TimeSpan(milliseconds: 300),
            drain: .seconds(5),
            deadline: .seconds(behaviour == .neverReady ? 2 : 20)
        )
        return Service(name: "api", kind: .app(app), replicas: replicas, dependsOn: ["redis"], rollout: rollout)
    }

    private var redis: Service {
        let rollout = Rollout(strategy: .recreate, healthyFor: TimeSpan(milliseconds: 100))
        return Service(name: "redis", kind: .redis(Redis(persistence: [.aof])), rollout: rollout)
    }

    private func edge(_ port: Int) -> Service {
        let edge = Edge(listen: port, address: "127.0.0.1", routes: [Route(path: "/", service: "api")])
        let rollout = Rollout(strategy: .recreate, healthyFor: TimeSpan(milliseconds: 100))
        return Service(name: "edge", kind: .edge(edge), rollout: rollout)
    }
}
