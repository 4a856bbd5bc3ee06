import Basics

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
    /// What outlives its replicas; nil when nothing does.
    package var volumes: [AppVolume]?
    /// What its container is allowed; nil when nothing is said of it.
    package var security: AppSecurity?

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
        stop: StopRule? = nil,
        volumes: [AppVolume] = [],
        security: AppSecurity? = nil
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
        self.volumes = volumes.isEmpty ? nil : volumes
        self.security = security
    }

    /// The texts of the person's own that references may stand in.
    package var texts: [Template] { command + env.values + (health.command ?? []) }
}

/// How we know that a replica lives and that it can serve.
package struct HealthCheck: Hashable, Sendable, Codable {
    /// HTTP path that answers while the replica lives. Kubernetes restarts one that fails it; the other engines restart
    /// a program only when it ends.
    package var liveness: String?
    /// HTTP path; a replica gets traffic only while it answers 2xx here. Without one an open port counts as ready.
    package var readiness: String?
    /// A program that asks in place of a path: a replica is ready while it ends with status 0. Never beside `readiness`.
    package var command: [Template]?
    /// The `Host` that whoever asks for a path sends; `Probe.host` when nil.
    package var host: String?
    package var interval: TimeSpan
    package var timeout: TimeSpan

    package init(
        liveness: String? = nil,
        readiness: String? = nil,
        command: [Template] = [],
        host: String? = nil,
        interval: TimeSpan = .seconds(2),
        timeout: TimeSpan = .seconds(1)
    ) {
        self.liveness = liveness
        self.readiness = readiness
        self.command = command.isEmpty ? nil : command
        self.host = host
        self.interval = interval
        self.timeout = timeout
    }

    /// The `Host` that whoever asks for a path sends.
    package var askedHost: String { host ?? Probe.host }
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
