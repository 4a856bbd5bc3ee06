import StackModel
import StackSpec

/// The door of the stack: in the place of a proxy, or before an app that publishes a port.
struct EdgeSection {
    let translation: Translation

    private var report: Report { translation.report }
    private var signs: SignTable { translation.signs }

    // MARK: - In the place of a proxy

    /// The apps that a proxy may be there for; empty when it is a web server of its own.
    static func targets(of proxy: Draft, among drafts: [Draft], _ directory: Directory) -> [Draft] {
        let named = proxy.dependencies.compactMap { directory[$0] }.filter(isTarget)
        if !named.isEmpty { return frontFirst(named) }
        let hidden = drafts.filter { isTarget($0) && $0.ports.isEmpty }
        return frontFirst(hidden.isEmpty ? drafts.filter(isTarget) : hidden)
    }

    /// What people see comes first, where a name tells.
    private static func frontFirst(_ targets: [Draft]) -> [Draft] {
        let isFront = { (draft: Draft) in
            ["front", "web", "client", "ui"].contains { draft.key.lowercased().contains($0) }
        }
        return targets.filter(isFront) + targets.filter { !isFront($0) }
    }

    /// An edge speaks HTTP: what speaks FastCGI keeps its web server.
    private static func isTarget(_ draft: Draft) -> Bool {
        draft.role == .app && draft.port != nil && !speaksFastCGI(draft) && draft.profiles.isEmpty && !draft.isJob
            && !isTool(draft)
    }

    /// Of an image that is built here, its port has to tell.
    private static func speaksFastCGI(_ draft: Draft) -> Bool {
        if draft.image?.tag.contains("fpm") == true { return true }
        guard draft.port == 9000 else { return false }
        let isAsked = draft.health?.command.contains { $0.contains("http://") } == true
        return draft.isBuilt && draft.ports.isEmpty && !isAsked || KnownPort.isOther(9000, draft.image)
    }

    private static func isTool(_ draft: Draft) -> Bool {
        ["adminer", "phpmyadmin", "mailhog", "mailpit", "redis-commander", "pgadmin4", "mongo-express"].contains(
            draft.image?.program
        )
    }

    /// Nil where nothing that the proxy did can be said.
    func line(for proxy: Draft, targets: [Draft]) -> SpecLine? {
        let data = DataSection(draft: proxy, translation: translation)
        let program = proxy.image?.program ?? "the proxy"
        let configuration = LeftOutReason(
            "an edge of Slipway takes the place of \(program), and writes its configuration from `routes`",
            "Say in `routes` what it said: paths, host names and the services they go to."
        )
        data.leaveMounts(configuration)
        leaveVolumes(of: proxy)
        data.leaveVariables(but: [], configuration)
        data.leaveCommand(configuration.why)
        let labels = targets.map { ($0, ProxyLabels($0.node, signs)) }
        leaveRouters(labels)
        let isLabelled = labels.contains { !$1.routes.isEmpty || !$1.refusals.isEmpty }
        let (routes, comments) = isLabelled ? routes(by: labels) : routes(to: targets)
        guard !routes.isEmpty else {
            report.leftOut(proxy.path, at: proxy.place, "none of its routes can be said, and an edge needs one")
            return nil
        }
        let doors = doors(of: proxy)
        var own = [SpecLine("listen", doors.listen), SpecLine("routes", .list(routes), comments: comments)]
        if let tls = doors.tls { own.append(SpecLine("tls", .map(tls))) }
        sayProxy(proxy, targets, isLabelled: isLabelled)
        return data.line(own, usesImage: false)
    }

    private func leaveVolumes(of proxy: Draft) {
        for mount in proxy.mounts where mount.kind == .volume {
            report.leftOut(
                "\(proxy.path).volumes (\(mount.target))",
                at: mount.place,
                "an edge serves no files",
                help: "Let the app serve them, or a web server as an app of its own."
            )
        }
    }

    private func leaveRouters(_ labels: [(Draft, ProxyLabels)]) {
        for (target, labels) in labels {
            for refusal in labels.refusals {
                report.leftOut(
                    "\(target.path).labels.\(refusal.label)",
                    at: refusal.place,
                    refusal.why,
                    help: refusal.help
                )
            }
        }
    }

    private func routes(by labels: [(Draft, ProxyLabels)]) -> (routes: [SpecValue], comments: [String]) {
        let routes = labels.flatMap { target, labels in
            labels.routes.map { route -> SpecValue in
                let host = route.host.map { [SpecLine("host", .text($0))] } ?? []
                let path = [SpecLine("path", .text(route.path))]
                return .map(host + path + [SpecLine("service", .text(target.name.text))])
            }
        }
        return (routes, ["From the labels of the services."])
    }

    private func routes(to targets: [Draft]) -> (routes: [SpecValue], comments: [String]) {
        let first: SpecValue = .map([SpecLine("path", .text("/")), SpecLine("service", .text(targets[0].name.text))])
        let others = targets.dropFirst().map(\.name.text)
        guard !others.isEmpty else { return ([first], []) }
        return (
            [first], ["Its own configuration could not be read. Behind it are also: \(others.joined(separator: ", "))."]
        )
    }

    private func sayProxy(_ proxy: Draft, _ targets: [Draft], isLabelled: Bool) {
        let others = targets.dropFirst().map(\.name.text).joined(separator: ", ")
        let help =
            if isLabelled {
                "Its routes are those of the labels; what has none is not reached from outside."
            } else if others.isEmpty {
                "Everything goes to \(targets[0].name): add what else it did to `routes`; files that it served belong into"
                    + " an app."
            } else {
                "Everything goes to \(targets[0].name): add routes for \(others)."
            }
        report.changed(
            proxy.path,
            at: proxy.place,
            "an edge takes the place of \(proxy.image?.program ?? "the proxy"); its own configuration is not read",
            help: help
        )
    }

    private func doors(of proxy: Draft) -> (listen: SpecValue, tls: [SpecLine]?) {
        let isDashboard = { (port: PublishedPort) in
            proxy.image?.program == "traefik" && port.container == 8080 && proxy.ports.count > 1
        }
        let secure = proxy.ports.first { [443, 8443].contains($0.container) }
        let plain = proxy.ports.first { ![443, 8443].contains($0.container) && !isDashboard($0) }
        for (index, port) in proxy.ports.enumerated() where port.place != secure?.place && port.place != plain?.place {
            report.leftOut(
                "\(proxy.path).ports[\(index)]",
                at: port.place,
                "an edge listens at one port, and at one for TLS"
            )
        }
        guard let secure, let listen = secure.listen else {
            if let listen = plain?.listen { return (value(listen), nil) }
            report.changed(proxy.path, at: proxy.place, "listens at port 80, as it publishes none itself")
            return (.number(80), nil)
        }
        let variable = VariableName.made(of: "\(proxy.name)_CERTIFICATE")
        let secret = translation.secrets.secret(handedOn: variable, of: proxy.key)
        report.changed(
            "\(proxy.path).ports",
            at: secure.place,
            "TLS takes the certificate from the secret \(secret)",
            help: "Put the certificate, its chain and its key, in PEM and in this order, into \(variable)."
        )
        var tls = [SpecLine("certificate", .text(secret.text))]
        if let plain, let port = plain.host {
            if plain.address == secure.address {
                tls.append(SpecLine("redirectFrom", .number(port)))
            } else {
                report.leftOut(
                    "\(proxy.path).ports",
                    at: plain.place,
                    "an edge has one address, and port \(port) would be open to others than it was",
                    help:
                        "Where plain requests may come from everywhere that TLS does: `redirectFrom: \(port)` under `tls`."
                )
            }
        }
        return (value(listen), tls)
    }

    // MARK: - Before an app

    /// An edge for each app that publishes its port and has no other door.
    func lines(before apps: [Draft]) -> [SpecLine] {
        let open = apps.filter { draft in
            draft.role == .app && draft.ports.contains { isDoor($0, of: draft) } && draft.profiles.isEmpty
        }
        for draft in apps { leavePorts(of: draft, isOpen: open.contains { $0 === draft }) }
        return open.compactMap { draft in
            guard let port = draft.ports.first(where: { isDoor($0, of: draft) }), let listen = port.listen else {
                return nil
            }
            let name = translation.freeName(open.count == 1 && !translation.hasProxy ? "edge" : "\(draft.name)-edge")
            let comment = "Port \(port.host ?? 0) of the machine, as the Compose file publishes it for \(draft.name)."
            return SpecLine(
                name.text,
                .block([
                    SpecLine("kind", .text("edge")),
                    SpecLine("listen", value(listen)),
                    SpecLine(
                        "routes",
                        .list([.map([SpecLine("path", .text("/")), SpecLine("service", .text(draft.name.text))])])
                    ),
                ]),
                comments: [comment]
            )
        }
    }

    /// For a spec without any edge: what the file opened is shut.
    func sayClosed(_ drafts: [Draft]) {
        for draft in drafts {
            let labels = ProxyLabels(draft.node, signs)
            let isRouted = !labels.routes.isEmpty || !labels.refusals.isEmpty
            let keys = (draft.ports.isEmpty ? [] : ["ports"]) + (isRouted ? ["labels"] : [])
            for key in keys {
                report.leftOut(
                    "\(draft.path).\(key)",
                    at: draft.node.entry(key)?.keyPlace ?? draft.place,
                    "nothing of the stack is reached from outside any more: it has no edge",
                    help: "Add one: `edge: {kind: edge, listen: 8080, routes: [{path: /, service: APP}]}`."
                )
            }
        }
    }

    private func isDoor(_ port: PublishedPort, of draft: Draft) -> Bool {
        port.listen != nil && port.container == draft.port && !KnownPort.isOther(port.container, draft.image)
            && !KnownPort.encrypted.contains(port.container)
    }

    private func leavePorts(of draft: Draft, isOpen: Bool) {
        let door = isOpen ? draft.ports.first { isDoor($0, of: draft) } : nil
        for (index, port) in draft.ports.enumerated() where port.place != door?.place {
            let path = "\(draft.path).ports[\(index)]"
            let (why, help) = reason(port, of: draft)
            report.leftOut(path, at: port.place, why, help: help)
        }
    }

    private func reason(_ port: PublishedPort, of draft: Draft) -> (String, String?) {
        if draft.role == .data {
            return (
                "kept private on purpose: only an edge is reached from outside",
                "From the machine: a tunnel through `ssh -L` to the address that `slipway status` shows."
            )
        }
        if port.listen == nil {
            return ("the port of the machine is any that is free", "Give an edge a port of its own.")
        }
        if !draft.profiles.isEmpty {
            return ("what does not run has no door", "Add an edge that routes to \(draft.name) where it runs.")
        }
        if KnownPort.encrypted.contains(port.container), port.container == draft.port {
            return (
                "it speaks TLS itself; an edge forwards HTTP",
                "Let it speak HTTP at another port, behind an edge with `tls`."
            )
        }
        if KnownPort.isOther(port.container, draft.image) { return ("an edge forwards HTTP", nil) }
        return (
            "an app has one port, which is \(draft.port ?? 0)", "Make it two services when both have to be reached."
        )
    }

    private func value(_ listen: String) -> SpecValue {
        Int(listen).map { .number($0) } ?? .text(signs.written(listen))
    }
}
