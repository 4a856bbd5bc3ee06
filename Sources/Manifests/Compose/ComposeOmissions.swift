import StackModel

/// What a stack declares and Compose has no way to say.
struct ComposeOmissions {
    private let stack: Stack
    private var omissions: [Omission] = []

    static func list(of stack: Stack) -> [Omission] {
        var list = ComposeOmissions(stack: stack)
        for service in stack.services where !service.isCompanion { list.add(service) }
        list.addWhole()
        return list.omissions + ContactOmissions.list(of: stack)
    }

    private init(stack: Stack) {
        self.stack = stack
    }

    private mutating func add(_ service: Service) {
        switch service.kind {
        case .app(let app): add(app, of: service)
        case .edge(let edge): add(edge, of: service)
        case .redis, .postgres, .grafana, .prometheus, .exporter, .alertmanager: break
        }
        if service.storage != nil, !service.isPrometheus {
            add(service, ["storage"], "a volume of Docker takes what the disk has")
        }
    }

    private mutating func add(_ edge: Edge, of service: Service) {
        if service.replicas > 1 {
            add(
                service,
                ["replicas"],
                "only one container can have the port of the edge, so a second one does not start",
                remedy: "Write `replicas: 1` under the environment."
            )
        }
        if edge.tls != nil {
            let meaning = "nobody is told before it expires: `openssl x509 -enddate -noout` says when"
            add(service, ["tls", "certificate"], meaning)
        }
    }

    private mutating func add(_ app: App, of service: Service) {
        if app.autoscale != nil {
            add(
                service,
                ["autoscale"],
                "the number stays at `replicas` until somebody says `--scale`",
                remedy: Omission.without("autoscale")
            )
        }
        if app.health.liveness != nil {
            add(
                service,
                ["health", "liveness"],
                "a program that hangs is shown as unhealthy, and not restarted",
                remedy: Omission.without("liveness")
            )
        }
        if service.rollout.strategy != .recreate || service.rollout.onFailure == .rollback {
            add(
                service,
                ["rollout"],
                "Compose ends a container before it starts its successor, and never goes back by itself",
                remedy: "Write `rollout: {strategy: recreate, onFailure: pause}` under the environment, which is what"
                    + " happens."
            )
        }
        if app.health.command == nil {
            add(service, ["health", "interval"], "a check is a process of its own, so there is one every 10 seconds")
        }
        addVolumes(of: app, service)
        if app.migrates {
            let remedy = Omission.without("migrates", "Make one by hand before each")
            add(service, ["migrates"], "no backup is taken before a release", remedy: remedy)
        }
        if app.user != nil, app.security?.user == nil {
            let remedy = "Name it by its number: `security: {user: ...}`."
            add(service, ["user"], "it runs as the user that its image says", remedy: remedy)
        }
        if let meaning = RootImage.meaning(of: app) { add(service, ["image"], meaning, remedy: RootImage.remedy) }
    }

    private mutating func addVolumes(of app: App, _ service: Service) {
        for volume in app.volumes ?? [] {
            let key = ["volumes", volume.name.text]
            add(service, key + ["storage"], "a volume of Docker takes what the disk has")
            let meaning =
                "a new volume belongs to whom \(volume.path) belongs to in the image: make it there for its user"
            add(service, key + ["path"], meaning)
        }
    }

    private mutating func addWhole() {
        if !stack.backups.isEmpty {
            let meaning = "Compose has no schedules: nothing backs up by itself"
            let remedy = Omission.without("backups", "Let cron do it")
            omissions.append(Omission(key: ["backups"], meaning: meaning, remedy: remedy))
        }
        for secret in stack.secrets where secret.rotate != nil {
            let meaning = "nothing rotates by itself; `secrets.sh` makes a value once"
            let remedy = Omission.without("rotate", "Plan it yourself")
            omissions.append(Omission(key: ["secrets", secret.name.text, "rotate"], meaning: meaning, remedy: remedy))
        }
    }

    private mutating func add(_ service: Service, _ key: [String], _ meaning: String, remedy: String? = nil) {
        omissions.append(Omission(service: service.name, key: key, meaning: meaning, remedy: remedy))
    }
}
