import StackModel

/// What each engine needs.
struct EngineChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        for service in stack.services {
            if case .app(let app) = service.kind { check(app, of: service) }
            if case .edge(let edge) = service.kind, let tls = edge.tls { check(tls, of: service) }
        }
        let namespace = root["environments"]?[stack.environment.text]?.entry("namespace")
        if let namespace, stack.engine != .kubernetes {
            findings.unexpressed(
                "namespace means nothing to the \(stack.engine.rawValue) engine",
                at: namespace.valuePlace,
                help: "Remove it, or choose `engine: kubernetes`."
            )
        }
    }

    /// Whatever is made up by itself is no certificate.
    private func check(_ tls: EdgeTLS, of service: Service) {
        guard let secret = stack.secret(tls.certificate), secret.kind != .given else { return }
        findings.error(
            "the secret \(secret.name) of kind \(secret.kind.rawValue) holds no certificate",
            at: root.place("services", service.name.text, "tls", "certificate"),
            help: "Declare it as `\(secret.name): {kind: given, files: [fullchain.pem, privkey.pem]}`."
        )
    }

    private func check(_ app: App, of service: Service) {
        let name = service.name
        let place = root.place("services", name.text)
        let placement = "in environment \(stack.environment) (engine \(stack.engine.rawValue))"
        guard stack.engine == .process else {
            if app.image == nil, root["services"]?[name.text]?.entry("image") == nil {
                findings.error(
                    "service \(name) needs an image \(placement)",
                    at: place,
                    help: "Add `image: ...`, here or under the environment."
                )
            }
            return
        }
        if app.command.isEmpty, root["services"]?[name.text]?.entry("command") == nil {
            let help =
                app.image == nil
                ? "Add `command: [program, argument]`, and `source: ./folder` when the program is yours."
                : "An image says what to start only to Docker and Kubernetes: add `command: [program, argument]`."
            findings.error("service \(name) needs a command \(placement)", at: place, help: help)
        } else if app.command.isEmpty {
            findings.error("the command of \(name) is empty", at: root.place("services", name.text, "command"))
        }
        checkFixedPort(service)
    }

    /// Without an edge in front, every replica would take the declared port itself.
    private func checkFixedPort(_ service: Service) {
        guard let port = stack.fixedPort(of: service) else { return }
        let name = service.name
        let help = "Route an edge to \(name), so that each replica gets a port of its own."
        if service.replicas > 1 {
            findings.error(
                "\(service.replicas) replicas of \(name) cannot share port \(port), and no edge routes to it",
                at: root.place("services", name.text, "replicas"),
                help: help
            )
        }
        if service.rollout.strategy != .recreate {
            findings.error(
                "strategy \(service.rollout.strategy.rawValue) needs a second \(name) on port \(port), "
                    + "and no edge routes to it",
                at: root.place("services", name.text, "rollout", "strategy"),
                help: "Use `recreate`, or route an edge to \(name), so that each replica gets a port of its own."
            )
        }
    }
}
