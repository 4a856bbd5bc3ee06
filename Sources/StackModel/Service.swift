import Basics

/// One part of a stack: what it is, how many replicas of it run, and how an update of it goes.
package struct Service: Hashable, Sendable, Codable {
    package var name: ServiceName
    package var kind: ServiceKind
    package var replicas: Int
    /// Services that must be ready before a replica of this one is started. Sorted.
    package var dependsOn: [ServiceName]
    package var resources: Resources
    package var rollout: Rollout
    package var storage: ByteCount?
    /// A program that is not installed is a warning, not an error.
    package var optional: Bool

    package init(
        name: ServiceName,
        kind: ServiceKind,
        replicas: Int = 1,
        dependsOn: [ServiceName] = [],
        resources: Resources = Resources(),
        rollout: Rollout = Rollout(),
        storage: ByteCount? = nil,
        optional: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.replicas = replicas
        self.dependsOn = dependsOn.sorted()
        self.resources = resources
        self.rollout = rollout
        self.storage = storage
        self.optional = optional
    }

    /// A service that keeps data has exactly one writer at any moment.
    package var keepsData: Bool {
        switch kind {
        case .redis, .postgres, .prometheus, .grafana: true
        case .app, .edge: false
        }
    }
}

/// The six kinds of service and what is particular to each.
package enum ServiceKind: Hashable, Sendable, Codable {
    case app(App)
    case redis(Redis)
    case postgres(Postgres)
    case prometheus(Prometheus)
    case grafana(Grafana)
    case edge(Edge)

    /// The word for `kind:` in a spec.
    package var word: String {
        switch self {
        case .app: "app"
        case .redis: "redis"
        case .postgres: "postgres"
        case .prometheus: "prometheus"
        case .grafana: "grafana"
        case .edge: "edge"
        }
    }
}

/// A program of the user's own.
package struct App: Hashable, Sendable, Codable {
    /// For Docker and Kubernetes.
    package var image: String?
    /// For the process engine: a directory, relative to the spec, copied content-addressed into each release.
    package var source: String?
    package var command: [Template]
    /// The port it serves on. Behind an edge the process engine allots each replica a port of its own (`${port}`).
    package var port: Int?
    package var env: [String: Template]
    /// The variables of `env` whose value comes, wholly or in part, from the caller's environment. Nobody said whether
    /// it is a secret, so it is never printed. Sorted; nil when there are none.
    package var handedOn: [String]?
    package var health: HealthCheck
    package var autoscale: Autoscale?
    /// The path Prometheus scrapes.
    package var metrics: String?
    /// The user to run as on the process engine; a dedicated unprivileged one when nil.
    package var user: String?
    /// The release needs data migrations. No engine acts on it yet; a spec that says it is warned about.
    package var migrates: Bool
    /// How a replica is asked to end; nil leaves it to the engine.
    package var stop: StopRule?

    package init(
        image: String? = nil,
        source: String? = nil,
        command: [Template] = [],
        port: Int? = nil,
        env: [String: Template] = [:],
        handedOn: [String] = [],
        health: HealthCheck = HealthCheck(),
        autoscale: Autoscale? = nil,
        metrics: String? = nil,
        user: String? = nil,
        migrates: Bool = false,
        stop: StopRule? = nil
    ) {
        self.image = image
        self.source = source
        self.command = command
        self.port = port
        self.env = env
        self.handedOn = handedOn.isEmpty ? nil : handedOn.sorted()
        self.health = health
        self.autoscale = autoscale
        self.metrics = metrics
        self.user = user
        self.migrates = migrates
        self.stop = stop
    }
}

package struct Redis: Hashable, Sendable, Codable {
    package enum Persistence: String, Hashable, Sendable, Codable, CaseIterable {
        case aof, rdb
    }

    /// The version or the beginning of it, as in `7` or `7.0`; whichever the engine has when nil.
    package var version: String?
    package var persistence: [Persistence]
    /// `maxmemory`; no limit when nil.
    package var memory: ByteCount?

    package init(version: String? = nil, persistence: [Persistence] = [.aof, .rdb], memory: ByteCount? = nil) {
        self.version = version
        self.persistence = persistence
        self.memory = memory
    }
}

package struct Postgres: Hashable, Sendable, Codable {
    /// The version or the beginning of it, as in `15`; whichever the engine has when nil.
    package var version: String?
    package var database: String

    package init(version: String? = nil, database: String) {
        self.version = version
        self.database = database
    }
}

package struct Prometheus: Hashable, Sendable, Codable {
    package var retention: TimeSpan
    package var scrapeInterval: TimeSpan

    package init(retention: TimeSpan = TimeSpan(milliseconds: 1_296_000_000), scrapeInterval: TimeSpan = .seconds(15)) {
        self.retention = retention
        self.scrapeInterval = scrapeInterval
    }
}

package struct Grafana: Hashable, Sendable, Codable {
    package init() {}
}

/// The door to the stack: the one place where requests come in and are spread over replicas.
package struct Edge: Hashable, Sendable, Codable {
    /// The port clients connect to.
    package var listen: Int
    /// The address clients connect to; loopback unless told otherwise is the job of the spec's default.
    package var address: String
    package var routes: [Route]

    package init(listen: Int, address: String = "0.0.0.0", routes: [Route]) {
        self.listen = listen
        self.address = address
        self.routes = routes
    }
}

package struct Route: Hashable, Sendable, Codable {
    /// Requests for this path and everything below it go to the service, whole segments only: `/api` takes `/api` and
    /// `/api/orders`, not `/apis`. The longest path wins.
    package var path: String
    package var host: String?
    package var service: ServiceName

    package init(path: String, host: String? = nil, service: ServiceName) {
        self.path = path
        self.host = host
        self.service = service
    }

    /// The path without the slash at its end, which makes no difference: empty for `/`, which takes everything.
    package var stem: String { path.hasSuffix("/") ? String(path.dropLast()) : path }
}

/// How we know that a replica lives and that it can serve.
package struct HealthCheck: Hashable, Sendable, Codable {
    /// HTTP path that answers while the replica lives. Kubernetes restarts one that fails it; the other engines restart
    /// a program only when it ends.
    package var liveness: String?
    /// HTTP path; a replica gets traffic only while it answers 2xx here. Without one an open port counts as ready.
    package var readiness: String?
    package var interval: TimeSpan
    package var timeout: TimeSpan

    package init(
        liveness: String? = nil,
        readiness: String? = nil,
        interval: TimeSpan = .seconds(2),
        timeout: TimeSpan = .seconds(1)
    ) {
        self.liveness = liveness
        self.readiness = readiness
        self.interval = interval
        self.timeout = timeout
    }
}

package struct Resources: Hashable, Sendable, Codable {
    /// Thousandths of a core; no limit when nil.
    package var cpu: MilliCores?
    /// No limit when nil.
    package var memory: ByteCount?

    package init(cpu: MilliCores? = nil, memory: ByteCount? = nil) {
        self.cpu = cpu
        self.memory = memory
    }
}

/// A share of processor time: `500m` is half a core, `2` is two.
package struct MilliCores: TextCodable, Hashable, Comparable, Sendable {
    package let thousandths: Int

    package init(thousandths: Int) { self.thousandths = thousandths }

    package init?(_ text: String) {
        let digits = text.hasSuffix("m") ? text.dropLast() : text[...]
        guard let count = Int(digits), count > 0, count <= 1_000_000, digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.thousandths = text.hasSuffix("m") ? count : count * 1000
    }

    package var description: String { thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m" }
    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
}

package struct Autoscale: Hashable, Sendable, Codable {
    package var minimum: Int
    package var maximum: Int
    package var cpu: Percent?
    package var memory: Percent?

    package init(minimum: Int, maximum: Int, cpu: Percent? = nil, memory: Percent? = nil) {
        self.minimum = minimum
        self.maximum = maximum
        self.cpu = cpu
        self.memory = memory
    }
}
