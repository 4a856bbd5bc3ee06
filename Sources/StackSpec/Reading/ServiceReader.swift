import Basics
import StackModel

extension ValueType where Value == Service {
    /// A service of any kind. The name is filled in by the map it stands in.
    static var service: ValueType {
        ValueType(shape: .kinds(ServiceWord.allCases.map(\.table))) { node, key, reading in
            var word = ServiceWord.app
            if let kind = node.entry("kind"), !kind.value.isNull {
                guard let known = ServiceKeys.kind.type.read(kind.value, "kind", reading) else { return nil }
                word = known
            }
            return Fields(node, table: word.table, label: key, place: node.place, reading: reading)
                .flatMap { ServiceReader(fields: $0).read(word) }
        }
    }
}

/// Reads the keys of one service.
private struct ServiceReader {
    let fields: Fields

    func read(_ word: ServiceWord) -> Service? {
        // Every key is read before anything is given up, so that every mistake is reported.
        var service = Service(name: fields.reading.owner ?? "unnamed", kind: .grafana(Grafana()))
        common(&service)
        guard let kind = kind(word, &service) else { return nil }
        service.kind = kind
        return service
    }

    private func kind(_ word: ServiceWord, _ service: inout Service) -> ServiceKind? {
        switch word {
        case .app: return .app(app(&service))
        case .redis: return .redis(redis(&service))
        case .postgres: return .postgres(postgres(&service))
        case .prometheus: return .prometheus(prometheus(&service))
        case .grafana:
            fill(&service, GrafanaKeys.storage, default: GrafanaKeys.defaultStorage)
            fields.fill(&service.optional, ServiceKeys.optional)
            return .grafana(Grafana(image: fields[ServiceKeys.image]))
        case .edge: return edge(&service).map { .edge($0) }
        }
    }

    private func common(_ service: inout Service) {
        fields.fill(&service.replicas, ServiceKeys.replicas)
        if let dependsOn = fields[ServiceKeys.dependsOn] { service.dependsOn = dependsOn.sorted() }
        fields.fill(&service.resources, ServiceKeys.resources)
        guard let written = fields[ServiceKeys.rollout] else { return }
        service.rollout = written.rollout
        if let strategy = written.strategy { service.rollout.strategy = strategy }
    }

    private func fill(_ service: inout Service, _ storage: Key<ByteCount>, default size: ByteCount) {
        service.storage = fields[storage] ?? size
    }

    private func app(_ service: inout Service) -> App {
        var app = App()
        fields.fill(&app.image, AppKeys.image)
        fields.fill(&app.source, AppKeys.source)
        fields.fill(&app.command, AppKeys.command)
        fields.fill(&app.port, AppKeys.port)
        if let env = fields[AppKeys.env] {
            app.env = env.values
            app.handedOn = env.handedOn.isEmpty ? nil : env.handedOn.sorted()
        }
        fields.fill(&app.health, AppKeys.health)
        fields.fill(&app.autoscale, AppKeys.autoscale)
        fields.fill(&app.metrics, AppKeys.metrics)
        fields.fill(&app.user, AppKeys.user)
        fields.fill(&app.migrates, AppKeys.migrates)
        fields.fill(&app.stop, AppKeys.stop)
        if let volumes = fields[AppKeys.volumes], !volumes.isEmpty { app.volumes = volumes }
        fields.fill(&app.security, AppKeys.security)
        fields.fill(&service.optional, ServiceKeys.optional)
        if let autoscale = app.autoscale, !fields.has(ServiceKeys.replicas) { service.replicas = autoscale.minimum }
        return app
    }

    private func redis(_ service: inout Service) -> Redis {
        var redis = Redis()
        fields.fill(&redis.image, ServiceKeys.image)
        fields.fill(&redis.version, RedisKeys.version)
        fields.fill(&redis.persistence, RedisKeys.persistence)
        fields.fill(&redis.memory, RedisKeys.memory)
        fill(&service, RedisKeys.storage, default: RedisKeys.defaultStorage)
        return redis
    }

    private func postgres(_ service: inout Service) -> Postgres {
        var postgres = Postgres(database: "")
        fields.fill(&postgres.image, ServiceKeys.image)
        fields.fill(&postgres.version, PostgresKeys.version)
        fields.fill(&postgres.database, PostgresKeys.database)
        fill(&service, PostgresKeys.storage, default: PostgresKeys.defaultStorage)
        return postgres
    }

    private func prometheus(_ service: inout Service) -> Prometheus {
        var prometheus = Prometheus()
        fields.fill(&prometheus.image, ServiceKeys.image)
        fields.fill(&prometheus.retention, PrometheusKeys.retention)
        fields.fill(&prometheus.scrapeInterval, PrometheusKeys.scrapeInterval)
        fields.fill(&prometheus.runbook, PrometheusKeys.runbook)
        fill(&service, PrometheusKeys.storage, default: PrometheusKeys.defaultStorage)
        fields.fill(&service.optional, ServiceKeys.optional)
        return prometheus
    }

    private func edge(_ service: inout Service) -> Edge? {
        let (listen, routes) = (fields[EdgeKeys.listen], fields[EdgeKeys.routes])
        let (tls, rateLimit) = (fields[EdgeKeys.tls], fields[EdgeKeys.rateLimit])
        let (breaker, maintenance) = (fields[EdgeKeys.circuitBreaker], fields[EdgeKeys.maintenance])
        let (closed, image) = (fields[EdgeKeys.closed], fields[ServiceKeys.image])
        if let routes, routes.isEmpty, fields.isClean {
            fields.findings.error(
                "\(fields.label) routes nothing",
                at: fields.place(of: EdgeKeys.routes),
                help: "Add a route, as in `- {path: /, service: api}`."
            )
        }
        guard let listen, let routes else { return nil }
        return Edge(
            listen: listen.port,
            address: listen.address,
            routes: routes,
            tls: tls,
            rateLimit: rateLimit,
            circuitBreaker: breaker,
            maintenance: maintenance,
            closed: closed,
            image: image
        )
    }
}
