import Basics
import StackModel

/// An app of the person's own.
enum AppWorkload {
    /// While the cluster forgets a replica it still gets requests: it is told to end only after that.
    static let farewell = 5
    /// How long a replica may fail its liveness check before it is started again.
    static let patience = 30

    static func make(_ service: Service, _ app: App, _ stack: Stack) throws(ReportableError) -> Workload {
        let image = try ContainerImage.reference(for: service)
        let environment = try ContainerEnvironment(
            AppTemplate.environment(of: service, app, stack),
            handedOn: app.handedOn ?? [],
            of: service,
            in: stack
        )
        var container = Container(
            name: service.name.text,
            image: image,
            command: try words(app.command, of: service, stack),
            environment: environment.entries,
            port: app.port.map { Container.Port(name: "http", number: $0) },
            resources: resources(of: service, app),
            security: app.security ?? AppSecurity()
        )
        // An image whose own directories can be written is taken as it is.
        if container.security.readOnlyRoot {
            container.mounts = [.scratch("/tmp", name: "tmp"), .scratch("/run", name: "run")]
        }
        let claims = AppClaim.claims(of: service, in: stack)
        container.mounts += claims.map(\.mount)
        try add(app.health, to: &container, of: service, stack)
        if app.port != nil { container.lifecycle = ["preStop": ["sleep": ["seconds": .integer(farewell)]]] }
        let identity = Identity(program: service.name.text, name: service.name.text, image: image, in: stack)
        var pod = PodSpec(identity: identity, container: container, grace: grace(of: service, app))
        pod.isSpread = service.replicas > 1 || app.autoscale != nil
        return Workload(service: service, pod: pod, volumes: claims, secrets: environment.secrets.sorted())
    }

    /// What is scaled by is promised whole: a share of a promise that is below the limit would be reached by a replica
    /// that has nothing to do.
    private static func resources(of service: Service, _ app: App) -> ContainerResources {
        var resources = ContainerResources.app.declaring(service.resources)
        if app.autoscale?.cpu != nil { resources.cpu.request = resources.cpu.limit }
        if app.autoscale?.memory != nil { resources.memory.request = resources.memory.limit }
        return resources
    }

    /// A whole command, that of the app in place of the image's entrypoint: what runs is what the spec says.
    private static func words(
        _ command: [Template],
        of service: Service,
        _ stack: Stack
    ) throws(ReportableError) -> [String] {
        var words: [String] = []
        for word in command {
            words.append(
                try ContainerAddress.resolve(word, of: service, in: stack, literal: ContainerEnvironment.escaped) {
                    name,
                    _ throws(ReportableError) in
                    throw ReportableError(.invalidSpec, "the command of \(service.name) holds the secret \(name)")
                }
            )
        }
        return words
    }

    /// Requests end first, then the program, and nobody kills it while it does.
    private static func grace(of service: Service, _ app: App) -> Int {
        farewell + service.rollout.drain.wholeSeconds + (app.stop ?? StopRule()).grace.wholeSeconds
    }

    /// A replica without a path for liveness lives while it takes connections, unless that is its readiness already.
    private static func add(
        _ health: HealthCheck,
        to container: inout Container,
        of service: Service,
        _ stack: Stack
    ) throws(ReportableError) {
        let period = max(health.interval.wholeSeconds, 1)
        let timeout = max(health.timeout.wholeSeconds, 1)
        func probe(_ handler: ContainerProbe.Handler, for seconds: Int) -> ContainerProbe {
            ContainerProbe(handler, period: period, timeout: timeout, failures: max((seconds + period - 1) / period, 3))
        }
        let readiness = try readiness(of: health, of: service, stack)
        container.readiness = probe(readiness, for: 0)
        guard container.port != nil, let handler = liveness(of: health) else { return }
        container.liveness = probe(handler, for: patience)
        container.startup = probe(handler, for: service.rollout.deadline.wholeSeconds)
    }

    private static func readiness(
        of health: HealthCheck,
        of service: Service,
        _ stack: Stack
    ) throws(ReportableError) -> ContainerProbe.Handler {
        if let command = health.command { return .exec(try words(command, of: service, stack)) }
        return health.readiness.map { .http(path: $0, host: health.askedHost) } ?? .tcp
    }

    private static func liveness(of health: HealthCheck) -> ContainerProbe.Handler? {
        if let path = health.liveness { return .http(path: path, host: health.askedHost) }
        return health.readiness == nil && health.command == nil ? nil : .tcp
    }
}
