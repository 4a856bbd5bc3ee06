import StackModel

/// What a stack declares and Compose has no way to say.
enum ComposeOmissions {
    static func list(of stack: Stack) -> [Omission] {
        stack.services.filter { !$0.isCompanion }.flatMap { list(of: $0, in: stack) } + whole(stack)
    }

    private static func list(of service: Service, in stack: Stack) -> [Omission] {
        var list: [(key: [String], meaning: String)] = []
        switch service.kind {
        case .app(let app): list = self.list(of: app)
        case .edge where service.replicas > 1:
            list = [(["replicas"], "only one container can have the port of the edge, so a second one does not start")]
        case .redis, .postgres, .grafana, .prometheus, .edge, .exporter, .alertmanager: break
        }
        if service.storage != nil, !service.isPrometheus {
            list.append((["storage"], "a volume of Docker takes what the disk has"))
        }
        return list.map { Omission(service: service.name, key: $0.key, meaning: $0.meaning) }
    }

    private static func list(of app: App) -> [(key: [String], meaning: String)] {
        var list: [(key: [String], meaning: String)] = []
        if app.autoscale != nil {
            list.append((["autoscale"], "the number stays at `replicas` until somebody says `--scale`"))
        }
        if app.health.liveness != nil {
            list.append(
                (["health", "liveness"], "a program that hangs is shown as unhealthy, and not restarted")
            )
        }
        list.append(
            (["rollout"], "Compose ends a container before it starts its successor, and never goes back by itself")
        )
        if app.health.command == nil {
            list.append((["health", "interval"], "a check is a process of its own, so there is one every 10 seconds"))
        }
        for volume in app.volumes ?? [] {
            let key = ["volumes", volume.name.text]
            list.append((key + ["storage"], "a volume of Docker takes what the disk has"))
            list.append(
                (
                    key + ["path"],
                    "a new volume belongs to whom \(volume.path) belongs to in the image: make it there for its user"
                )
            )
        }
        if app.user != nil, app.security?.user == nil {
            let meaning = "it runs as the user that its image says; `security: {user: ...}` names another by number"
            list.append((["user"], meaning))
        }
        if let meaning = RootImage.meaning(of: app) { list.append((["image"], meaning)) }
        return list
    }

    private static func whole(_ stack: Stack) -> [Omission] {
        let backups =
            stack.backups.isEmpty
            ? [] : [Omission(key: ["backups"], meaning: "Compose has no schedules: nothing backs up by itself")]
        let rotations = stack.secrets.filter { $0.rotate != nil }.map {
            Omission(
                key: ["secrets", $0.name.text, "rotate"],
                meaning: "nothing rotates by itself; `secrets.sh` makes a value once"
            )
        }
        return backups + rotations + ContactOmissions.list(of: stack)
    }
}
