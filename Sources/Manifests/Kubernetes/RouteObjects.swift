import StackModel

/// The routes of an edge for a Gateway, one object for each host, and more where a host has many: a Gateway looks for the
/// longest path among all of them.
enum RouteObjects {
    /// More than this the API refuses in one object.
    private static let mostRules = 16

    static func objects(_ service: Service, _ edge: Edge, _ stack: Stack) -> [ManifestValue] {
        let hosts = RouteHosts.hosts(of: edge).flatMap(parts)
        return hosts.enumerated().map { index, host in
            let name = hosts.count == 1 ? service.name.text : "\(service.name)-\(index + 1)"
            return object(
                named: name,
                host,
                Identity(program: "ingress", name: service.name.text, in: stack),
                stack
            )
        }
    }

    private static func parts(_ host: RouteHosts.Host) -> [RouteHosts.Host] {
        stride(from: 0, to: host.routes.count, by: mostRules).map { start in
            RouteHosts.Host(name: host.name, routes: Array(host.routes[start...].prefix(mostRules)))
        }
    }

    private static func object(
        named name: String,
        _ host: RouteHosts.Host,
        _ identity: Identity,
        _ stack: Stack
    ) -> ManifestValue {
        [
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": identity.metadata(name),
            "spec": [
                "parentRefs": [gateway(of: stack)],
                "hostnames": host.name.map { [.text($0)] } ?? .absent,
                "rules": .list(host.routes.map { rule($0, stack) }),
            ],
        ]
    }

    private static func gateway(of stack: Stack) -> ManifestValue {
        [
            "name": .text(unlessNil: stack.kubernetes?.gateway),
            "namespace": .text(unlessNil: stack.kubernetes?.gatewayNamespace),
            "sectionName": .text(unlessNil: stack.kubernetes?.gatewayListener),
        ]
    }

    private static func rule(_ route: Route, _ stack: Stack) -> ManifestValue {
        let port = stack.service(route.service).flatMap(ContainerAddress.port) ?? 80
        return [
            "matches": [["path": ["type": "PathPrefix", "value": .text(route.prefix)]]],
            "backendRefs": [["name": .text(route.service), "port": .integer(port)]],
        ]
    }
}
