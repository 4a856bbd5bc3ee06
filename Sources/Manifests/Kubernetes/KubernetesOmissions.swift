import Basics
import StackModel

/// What a spec says and a cluster does not do, or not in this way.
struct KubernetesOmissions {
    private let stack: Stack
    private(set) var omissions: [Omission] = []

    init(_ stack: Stack) {
        self.stack = stack
        for service in stack.services { add(service) }
        for secret in stack.secrets { add(secret) }
        omissions += BackupOmissions.list(of: stack) + ContactOmissions.list(of: stack)
        if stack.alertmanager != nil, stack.hasOperator {
            let meaning =
                "they are told of the alerts of the stack's own Prometheus; those of backups and of apps without figures are"
                + " the operator's, whose Alertmanager tells its own receivers"
            omissions.append(Omission(key: ["contacts"], meaning: meaning))
        }
    }

    private mutating func add(_ service: Service) {
        switch service.kind {
        case .edge(let edge): return add(edge, of: service)
        case .app(let app): add(app, of: service)
        case .redis, .postgres, .prometheus, .grafana, .exporter, .alertmanager: break
        }
        if !service.dependsOn.isEmpty {
            add(service, ["dependsOn"], "everything starts at once, and what is not ready yet is asked again")
        }
        guard !service.keepsData, !service.isCompanion else { return }
        if service.rollout.strategy == .blueGreen, !hasVolumeAlone(service) {
            add(
                service,
                ["rollout", "strategy"],
                "the second set is started whole, but takes the traffic replica by replica",
                remedy: "Write `strategy: rolling` under the environment."
            )
        }
        if service.rollout.onFailure == .rollback {
            add(
                service,
                ["rollout", "onFailure"],
                "a release that fails stops where it is; `kubectl rollout undo` goes back",
                remedy: "Write `onFailure: pause` under the environment, which is what happens."
            )
        }
    }

    private mutating func add(_ app: App, of service: Service) {
        if let user = app.user, user != "\(PodSpec.user)", app.security?.user == nil {
            let remedy = "Name it by its number: `security: {user: ...}`."
            add(service, ["user"], "it runs as the user \(PodSpec.user)", remedy: remedy)
        }
        addSecurity(of: app, service)
        for volume in app.volumes ?? [] where service.mayHaveSeveral {
            let meaning = "several pods use it at once, so the class of its storage must offer ReadWriteMany"
            add(service, ["volumes", volume.name.text, "path"], meaning)
        }
        if hasVolumeAlone(service), service.rollout.strategy != .recreate {
            add(
                service,
                ["rollout", "strategy"],
                "one pod at a time has its volume: the old one ends before the new one",
                remedy: "Write `strategy: recreate` under the environment."
            )
        }
        if app.migrates {
            let remedy = Omission.without("migrates", "Make one by hand before each")
            add(service, ["migrates"], "no backup is taken before a release", remedy: remedy)
        }
        if let stop = app.stop, stop.signal != .terminate {
            add(
                service,
                ["stop", "signal"],
                "a container is asked to end by the signal that its image names",
                remedy: Omission.without("signal", "Say STOPSIGNAL in the image")
            )
        }
        for (key, span) in [("interval", app.health.interval), ("timeout", app.health.timeout)]
        where span.milliseconds % 1000 != 0 {
            let seconds = "\(max(span.wholeSeconds, 1))s"
            add(service, ["health", key], "probes know whole seconds only: \(seconds)", remedy: "Write \(seconds).")
        }
        for (key, share) in [("cpu", app.autoscale?.cpu), ("memory", app.autoscale?.memory)] {
            guard let share, share.thousandths % 1000 != 0 else { continue }
            let remedy = "Write a whole number of percents."
            add(service, ["autoscale", key], "the autoscaler knows whole percents only", remedy: remedy)
        }
        for (name, template) in app.env.sorted(by: { $0.key < $1.key }) where template.services.contains(where: isEdge)
        {
            add(
                service,
                ["env", name],
                "an edge is the ingress controller of the cluster, which has another address",
                remedy: "Write the address that clients use under the environment."
            )
        }
    }

    /// There is no Ingress, so there is nothing that could have settings.
    private mutating func addPrivate(_ edge: Edge, of service: Service) {
        let app = edge.routes.compactMap { stack.service($0.service) }.first
        let port = app.flatMap { ContainerAddress.port(of: $0) } ?? 80
        let way = app.map { " (`kubectl port-forward service/\($0.name) \(port)`)" } ?? ""
        add(
            service,
            ["listen"],
            "no cluster has the address \(edge.address), so there is no way in from outside: its apps are reached in the "
                + "cluster\(way). For a way in, write `listen: \(edge.tls == nil ? 80 : 443)` under the environment"
        )
    }

    private mutating func addSecurity(of app: App, _ service: Service) {
        guard let security = app.security else {
            if let meaning = RootImage.meaning(of: app) {
                add(service, ["image"], meaning, remedy: RootImage.remedy)
            }
            return
        }
        if !security.capabilities.isEmpty, security.user == nil {
            let remedy = "Write `user: 0` beside them, which starts it as root."
            add(service, ["security", "capabilities"], "the user \(PodSpec.user) cannot use them", remedy: remedy)
        }
        guard !security.isRestricted else { return }
        let meaning =
            "Pod Security `restricted` does not admit \(service.name), so the namespace is labelled `baseline`, which "
            + "holds for everything in it"
        add(service, ["security"], meaning)
    }

    private mutating func add(_ edge: Edge, of service: Service) {
        guard edge.listensEverywhere else { return addPrivate(edge, of: service) }
        if edge.listen != (edge.tls == nil ? 80 : 443) {
            add(service, ["listen"], "the ingress controller of the cluster decides where it listens")
        }
        if edge.image != nil { add(service, ["image"], "the cluster's own ingress controller is the edge") }
        if service.replicas > 1 { add(service, ["replicas"], "the cluster's own ingress controller is the edge") }
        if service.resources != Resources() {
            add(service, ["resources"], "the cluster's own ingress controller is the edge")
        }
        if edge.rateLimit != nil { addSetting(["rateLimit"], of: service) }
        if edge.circuitBreaker != nil { addSetting(["circuitBreaker"], of: service) }
        if edge.maintenance != nil {
            add(
                service,
                ["maintenance"],
                "the page is the ingress controller's own",
                remedy: Self.setting("maintenance")
            )
        }
        if edge.isClosed {
            let remedy = "Take the routes away under the environment."
            add(service, ["closed"], "requests go on to the replicas", remedy: remedy)
        }
        if edge.routes.contains(where: \.isClosed) {
            let remedy = "Write `routes` without them under the environment, none with a shorter path among them."
            add(service, ["routes"], "closed ones go on to the replicas", remedy: remedy)
        }
        addFigures(behind: edge)
        if let tls = edge.tls { add(tls, of: service) }
    }

    private mutating func add(_ tls: EdgeTLS, of service: Service) {
        if tls.redirectFrom != nil {
            add(
                service,
                ["tls", "redirectFrom"],
                "the ingress controller decides whether plain requests are redirected",
                remedy: Self.setting("redirectFrom")
            )
        }
        if tls.hsts != nil { addSetting(["tls", "hsts"], of: service) }
        if stack.kubernetes?.gateway != nil {
            add(service, ["tls"], "the certificate belongs to the listener of the Gateway")
        }
        add(
            service,
            ["tls", "certificate"],
            "nobody is told before it expires: it is a Secret of the cluster, which cert-manager renews where it is asked to"
        )
    }

    private mutating func addSetting(_ key: [String], of service: Service) {
        add(service, key, "it is a setting of the ingress controller", remedy: Self.setting(key.last ?? ""))
    }

    private static func setting(_ key: String) -> String { Omission.without(key, "Set up the ingress controller") }

    private mutating func addFigures(behind edge: Edge) {
        for name in Set(edge.routes.map(\.service)).sorted() {
            guard let service = stack.service(name), case .app(let app) = service.kind,
                edge.hiddenMetrics(of: app, named: name) != nil
            else { continue }
            add(
                service,
                ["metrics"],
                "clients can read it through the routes: the ingress controller hides no path",
                remedy:
                    "Route the paths that clients need, under the environment, and not `\(app.metrics ?? "/")` with them."
            )
        }
    }

    private mutating func add(_ secret: SecretDeclaration) {
        let key = ["secrets", secret.name.text]
        if secret.rotate != nil {
            add(key + ["rotate"], "nobody makes a new value in time", Omission.without("rotate", "Plan it yourself"))
        }
        if secret.overlap != nil {
            add(key + ["overlap"], "an earlier value ends with the pods that have it", Omission.without("overlap"))
        }
    }

    private mutating func add(_ service: Service, _ key: [String], _ meaning: String, remedy: String? = nil) {
        omissions.append(Omission(service: service.name, key: key, meaning: meaning, remedy: remedy))
    }

    private mutating func add(_ key: [String], _ meaning: String, _ remedy: String) {
        omissions.append(Omission(key: key, meaning: meaning, remedy: remedy))
    }

    private func hasVolumeAlone(_ service: Service) -> Bool {
        guard case .app(let app) = service.kind else { return false }
        return app.volumes != nil && !service.mayHaveSeveral
    }

    private func isEdge(_ name: ServiceName) -> Bool {
        if case .edge? = stack.service(name)?.kind { true } else { false }
    }
}
