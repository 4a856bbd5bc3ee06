import Basics
import StackModel

/// What each engine needs.
struct EngineChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        for service in stack.services {
            if stack.engine == .kubernetes { checkName(of: service) }
            if case .app(let app) = service.kind { check(app, of: service) }
            if case .edge(let edge) = service.kind {
                if let tls = edge.tls { check(tls, of: service) }
                if stack.engine == .kubernetes, edge.listensEverywhere { checkRoutes(of: service) }
            }
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

    /// A name of an address begins with a letter there.
    private func checkName(of service: Service) {
        guard let entry = root["services"]?.entry(service.name.text), service.name.text.first?.isNumber == true else {
            return
        }
        findings.error(
            "service \(service.name) cannot have an address on Kubernetes, where names begin with a letter",
            at: entry.keyPlace,
            help: "Rename it."
        )
    }

    /// What the API server would refuse, and with it everything else that is applied.
    private func checkRoutes(of service: Service) {
        for route in root["services"]?[service.name.text]?["routes"]?.elements ?? [] {
            if let host = route.entry("host"), case .scalar(let name) = host.value.content, isAddress(name.text) {
                findings.error(
                    "the host \(name.text) is an address, and a cluster routes by names alone",
                    at: host.valuePlace,
                    help: "Remove it, so that the route is for every host, or write a name."
                )
            }
            if let path = route.entry("path"), case .scalar(let text) = path.value.content, hasSteps(text.text) {
                findings.error(
                    "the path \(text.text.abridged) has //, /./, /../ or %2F in it, which a cluster takes in no route",
                    at: path.valuePlace,
                    help: "Write it as the app reads it."
                )
            }
        }
    }

    private func isAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private func hasSteps(_ path: String) -> Bool {
        ["//", "/./", "/../", "%2f", "%2F"].contains(where: path.contains)
            || path.hasSuffix("/..") || path.hasSuffix("/.")
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
