import Basics
import StackModel

/// A program of the user's own: its command and environment as the spec has them, and the port it is to serve on.
enum AppTemplate {
    static func make(
        _ service: Service,
        _ app: App,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        guard !app.command.isEmpty else {
            throw ReportableError(
                .invalidSpec,
                "service \(service.name) has no command, which the process engine needs",
                hint: "Add a command to services.\(service.name) in the spec."
            )
        }
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: app.command,
            environment: environment(of: service, app, inputs.stack),
            source: try source(of: service, app, inputs),
            user: app.user.map { .named($0) } ?? .dedicated,
            port: portUse(of: service, app, inputs.stack),
            volume: app.volumes.map { Volume(shared: $0.map(\.name)) },
            probe: probe(of: app),
            probeTiming: ProbeTiming(interval: app.health.interval, timeout: app.health.timeout),
            limits: service.resources,
            stop: app.stop ?? StopRule()
        )
    }

    /// The number of the release is left out on purpose: it would make every deploy replace every replica.
    static func environment(of service: Service, _ app: App, _ stack: Stack) -> [String: Template] {
        var environment: [String: Template] = [
            "SLIPWAY_SERVICE": Template(service.name.text),
            "SLIPWAY_STACK": Template(stack.id.description),
        ]
        if app.port != nil { environment["PORT"] = Template([.port]) }
        return environment.merging(app.env) { _, own in own }
    }

    private static func source(
        of service: Service,
        _ app: App,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> Digest? {
        guard let source = app.source else { return nil }
        guard let digest = inputs.sources[service.name] else {
            throw ReportableError(.broken, "the source \(source) of service \(service.name) has no digest")
        }
        return digest
    }

    /// Behind an edge several replicas run at once, so each has a port of its own.
    private static func portUse(of service: Service, _ app: App, _ stack: Stack) -> PortUse {
        guard let port = app.port else { return .none }
        return stack.edges(routingTo: service.name).isEmpty ? .fixed(port) : .perReplica
    }

    private static func probe(of app: App) -> Probe {
        if let command = app.health.command { return .command(words: command) }
        guard app.port != nil else { return .running }
        return app.health.readiness.map { .http(path: $0, host: app.health.host) } ?? .tcp
    }
}
