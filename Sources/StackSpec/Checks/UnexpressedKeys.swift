import StackModel

/// The keys that a person wrote and that the process engine does not act on: each is said by name, with what that
/// means, so that nobody relies on them. Defaults are not the person's and are not mentioned.
struct UnexpressedKeys {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        guard stack.engine == .process else { return }
        for service in stack.services {
            if case .app(let app) = service.kind { check(app, of: service) }
            if limitsNoStorage(service) { report(["storage"], of: service, "nothing limits what its data takes") }
            if stack.edges(routingTo: service.name).isEmpty {
                report(
                    ["rollout", "drain"],
                    of: service,
                    "no edge routes to \(service.name), so there is nothing to drain",
                    help: "An app is given time to end by `stop: {grace: ...}`."
                )
            }
        }
    }

    /// Prometheus keeps to it by itself.
    private func limitsNoStorage(_ service: Service) -> Bool {
        switch service.kind {
        case .redis, .postgres, .grafana: true
        case .app, .prometheus, .edge, .exporter, .alertmanager: false
        }
    }

    private func check(_ app: App, of service: Service) {
        let count = service.replicas == 1 ? "1 replica" : "\(service.replicas) replicas"
        report(["autoscale"], of: service, "\(service.name) stays at \(count)")
        if app.source == nil, !app.command.isEmpty {
            report(["image"], of: service, "the installed program of the command is run")
        }
        let help = "Remove it, or write it under another environment; `user` names the user of the machine."
        report(["security"], of: service, "a program has no container, and runs as a user without rights", help: help)
        report(["health", "liveness"], of: service, "a replica is started again only when its program ends")
        checkVolumes(app, of: service)
    }

    /// A program that is told nothing would write where no volume is.
    private func checkVolumes(_ app: App, of service: Service) {
        let nodes = root["services"]?[service.name.text]?["volumes"]?.elements ?? []
        for (node, volume) in zip(nodes, app.volumes ?? []) {
            let what = "volume \(volume.name) of \(service.name)"
            if !app.texts.contains(where: { $0.segments.contains(.mount(volume.name)) }) {
                findings.unexpressed(
                    "path of \(what) means nothing to the process engine: nobody is told of its directory there",
                    at: node.place("path"),
                    help: "Tell the program where it is: ${volume:\(volume.name)} in env or command."
                )
            }
            guard node.entry("storage") != nil else { continue }
            findings.unexpressed(
                "storage of \(what) means nothing to the process engine: nothing limits what its data takes",
                at: node.place("storage"),
                help: Self.remedy
            )
        }
    }

    private static let remedy = "Remove it, or write it under an environment whose engine acts on it."

    private func report(
        _ path: [String],
        of service: Service,
        _ meaning: String,
        help: String = remedy
    ) {
        var node = root["services"]?[service.name.text]
        for key in path.dropLast() { node = node?[key] }
        guard let key = path.last, let entry = node?.entry(key), !entry.value.isNull else { return }
        findings.unexpressed(
            "\(key) of \(service.name) means nothing to the process engine: \(meaning)",
            at: entry.valuePlace,
            help: help
        )
    }
}
