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
        for policy in stack.backups { add(policy) }
        omissions += ContactOmissions.list(of: stack)
        if !stack.backups.isEmpty, !stack.hasOperator {
            let meaning =
                "nobody is told of a job that fails: only kube-state-metrics shows that, which comes with the"
                + " `prometheusOperator`"
            omissions.append(Omission(key: ["backups"], meaning: meaning))
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
                "the second set is started whole, but takes the traffic replica by replica"
            )
        }
        if service.rollout.onFailure == .rollback {
            add(
                service,
                ["rollout", "onFailure"],
                "a release that fails stops where it is; `kubectl rollout undo` goes back"
            )
        }
    }

    private mutating func add(_ app: App, of service: Service) {
        if let user = app.user, user != "\(PodSpec.user)", app.security?.user == nil {
            let meaning = "it runs as the user \(PodSpec.user); `security: {user: ...}` names another by number"
            add(service, ["user"], meaning)
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
                "one pod at a time has its volume: the old one ends before the new one"
            )
        }
        if app.migrates { add(service, ["migrates"], "no backup is taken before a release") }
        if let stop = app.stop, stop.signal != .terminate {
            add(service, ["stop", "signal"], "a container is asked to end by the signal that its image names")
        }
        for (key, span) in [("interval", app.health.interval), ("timeout", app.health.timeout)]
        where span.milliseconds % 1000 != 0 {
            add(service, ["health", key], "probes know whole seconds only: \(max(span.wholeSeconds, 1))s")
        }
        for (key, share) in [("cpu", app.autoscale?.cpu), ("memory", app.autoscale?.memory)] {
            guard let share, share.thousandths % 1000 != 0 else { continue }
            add(service, ["autoscale", key], "the autoscaler knows whole percents only")
        }
        for (name, template) in app.env.sorted(by: { $0.key < $1.key }) where template.services.contains(where: isEdge)
        {
            add(service, ["env", name], "an edge is the ingress controller of the cluster, which has another address")
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
            if let meaning = RootImage.meaning(of: app) { add(service, ["image"], meaning) }
            return
        }
        if !security.capabilities.isEmpty, security.user == nil {
            let meaning = "the user \(PodSpec.user) cannot use them: `user: 0` beside them starts it as root"
            add(service, ["security", "capabilities"], meaning)
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
        if edge.rateLimit != nil { add(service, ["rateLimit"], "it is a setting of the ingress controller") }
        if edge.circuitBreaker != nil { add(service, ["circuitBreaker"], "it is a setting of the ingress controller") }
        if edge.maintenance != nil { add(service, ["maintenance"], "the page is the ingress controller's own") }
        if edge.isClosed { add(service, ["closed"], "requests go on to the replicas") }
        if edge.routes.contains(where: \.isClosed) { add(service, ["routes"], "closed ones go on to the replicas") }
        addFigures(behind: edge)
        guard let tls = edge.tls else { return }
        if tls.redirectFrom != nil {
            add(
                service,
                ["tls", "redirectFrom"],
                "the ingress controller decides whether plain requests are redirected"
            )
        }
        if tls.hsts != nil { add(service, ["tls", "hsts"], "it is a setting of the ingress controller") }
        if stack.kubernetes?.gateway != nil {
            add(service, ["tls"], "the certificate belongs to the listener of the Gateway")
        }
    }

    private mutating func addFigures(behind edge: Edge) {
        for name in Set(edge.routes.map(\.service)).sorted() {
            guard let service = stack.service(name), case .app(let app) = service.kind,
                edge.hiddenMetrics(of: app, named: name) != nil
            else { continue }
            add(service, ["metrics"], "clients can read it through the routes: the ingress controller hides no path")
        }
    }

    private mutating func add(_ secret: SecretDeclaration) {
        let key = ["secrets", secret.name.text]
        if secret.rotate != nil {
            omissions.append(Omission(key: key + ["rotate"], meaning: "nobody makes a new value in time"))
        }
        if secret.overlap != nil {
            omissions.append(
                Omission(key: key + ["overlap"], meaning: "an earlier value ends with the pods that have it")
            )
        }
    }

    private mutating func add(_ policy: BackupPolicy) {
        let key = ["backups", policy.name]
        if policy.prove != nil {
            omissions.append(Omission(key: key + ["prove"], meaning: "a set is read through, but not restored"))
        }
        if policy.pointInTime != nil {
            omissions.append(Omission(key: key + ["pointInTime"], meaning: "a set is a dump, and no log is archived"))
        }
        for store in policy.stores where !isDirectory(store) {
            let meaning = "sets are kept in the volume `\(BackupJob.name(of: policy))`, and none goes to \(store)"
            omissions.append(Omission(key: key + ["to"], meaning: meaning))
        }
        if case .service(let name) = policy.subject, let service = stack.service(name),
            !BackupJob.stores(policy.subject, of: stack)
        {
            omissions.append(Omission(key: key + ["of"], meaning: "no job stores a \(service.kind.word)"))
        }
    }

    private mutating func add(_ service: Service, _ key: [String], _ meaning: String) {
        omissions.append(Omission(service: service.name, key: key, meaning: meaning))
    }

    private func hasVolumeAlone(_ service: Service) -> Bool {
        guard case .app(let app) = service.kind else { return false }
        return app.volumes != nil && !service.mayHaveSeveral
    }

    private func isEdge(_ name: ServiceName) -> Bool {
        if case .edge? = stack.service(name)?.kind { true } else { false }
    }

    private func isDirectory(_ name: StoreName) -> Bool {
        guard let store = stack.stores.first(where: { $0.name == name }) else { return false }
        if case .directory = store.location { return true }
        return false
    }
}
