import Basics
import StackModel

/// No two services can have one port, and no two routes one path.
struct PortChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    private struct Use {
        let service: ServiceName
        let port: Int
        let address: String
        let isEdge: Bool
        let place: Place

        func collides(with other: Use) -> Bool {
            let everywhere = [ListenAddress.everywhere, "::"]
            return port == other.port
                && (address == other.address || everywhere.contains(address) || everywhere.contains(other.address))
        }
    }

    func run() {
        let uses = stack.services.flatMap(uses).sorted { $0.place < $1.place }
        for (index, use) in uses.enumerated() {
            guard let first = uses[..<index].first(where: { $0.collides(with: use) }) else { continue }
            findings.error("\(words(for: use, first)) port \(use.port)", at: use.place, help: help(for: use, first))
        }
        for service in stack.services {
            if case .edge(let edge) = service.kind { checkRoutes(of: edge, named: service.name) }
        }
        if stack.engine == .kubernetes { checkDoors() }
    }

    /// On Kubernetes one ingress controller serves all edges, and a request can go to one of them only.
    private func checkDoors() {
        var seen: [String: ServiceName] = [:]
        for service in stack.services {
            let nodes = root["services"]?[service.name.text]?["routes"]?.elements ?? []
            guard case .edge(let edge) = service.kind, edge.listensEverywhere else { continue }
            for (node, route) in zip(nodes, edge.routes) {
                if let first = seen[route.door], first != service.name {
                    findings.error(
                        "route \(route.host ?? "")\(route.path) of \(service.name) is one of \(first) too, and a cluster "
                            + "has one door for both",
                        at: node.entry("path")?.valuePlace ?? node.place,
                        help: "Give them different hosts or paths, or let one listen at 127.0.0.1 alone."
                    )
                }
                seen[route.door] = service.name
            }
        }
    }

    private func words(for use: Use, _ first: Use) -> String {
        guard use.service != first.service else { return "\(use.service) takes TLS and plain requests on one" }
        return use.isEdge && first.isEdge
            ? "edges \(first.service) and \(use.service) both listen on"
            : "services \(first.service) and \(use.service) both need"
    }

    private func help(for use: Use, _ first: Use) -> String {
        use.isEdge && first.isEdge && use.service != first.service
            ? "Use another port, or put the routes of both into one edge." : "Use another port for one of them."
    }

    /// On Kubernetes every service has an address of its own; on Docker only edges take ports of the machine.
    private func uses(_ service: Service) -> [Use] {
        let name = service.name.text
        switch service.kind {
        case .edge(let edge) where stack.engine != .kubernetes:
            let plain = edge.tls?.redirectFrom.map { port in
                use(of: service, port, edge.address, root.place("services", name, "tls", "redirectFrom"))
            }
            return [use(of: service, edge.listen, edge.address, root.place("services", name, "listen"))]
                + [plain].compactMap { $0 }
        case .app:
            return stack.fixedPort(of: service).map { port in
                [use(of: service, port, ListenAddress.everywhere, root.place("services", name, "port"))]
            } ?? []
        default: return []
        }
    }

    private func use(of service: Service, _ port: Int, _ address: String, _ place: Place) -> Use {
        let isEdge = if case .edge = service.kind { true } else { false }
        return Use(service: service.name, port: port, address: address, isEdge: isEdge, place: place)
    }

    private func checkRoutes(of edge: Edge, named name: ServiceName) {
        let nodes = root["services"]?[name.text]?["routes"]?.elements ?? []
        guard nodes.count == edge.routes.count else { return }
        var seen: [String: (path: String, line: Int)] = [:]
        for (node, route) in zip(nodes, edge.routes) {
            let door = route.door
            let place = node.entry("path")?.valuePlace ?? node.place
            if let first = seen[door] {
                let words = first.path == route.path ? "is there twice" : "is the same as \(first.path)"
                findings.error(
                    "route \(route.host ?? "")\(route.path) of \(name) \(words), first at line \(first.line)",
                    at: place,
                    help: "Remove one of them, or give them different paths or hosts."
                )
            } else {
                seen[door] = (route.path, place.line)
            }
        }
    }
}

extension Route {
    /// What a request is told apart by.
    fileprivate var door: String { (host?.lowercased() ?? "") + "/" + stem }
}
