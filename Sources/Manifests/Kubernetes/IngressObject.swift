import StackModel

/// The routes of an edge for the ingress controller of the cluster.
enum IngressObject {
    static func object(_ service: Service, _ edge: Edge, _ stack: Stack) -> ManifestValue {
        let identity = Identity(program: "ingress", name: service.name.text, in: stack)
        return [
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": identity.metadata(),
            "spec": [
                "ingressClassName": stack.kubernetes?.ingressClass.map { .text($0) } ?? .absent,
                "tls": edge.tls.map { [tls($0, edge)] } ?? .absent,
                "rules": .list(RouteHosts.hosts(of: edge).map(rule)),
            ],
        ]
    }

    /// The certificate is put into the cluster by a person or by cert-manager.
    private static func tls(_ tls: EdgeTLS, _ edge: Edge) -> ManifestValue {
        [
            "hosts": .texts(RouteHosts.hosts(of: edge).compactMap(\.name)).unlessEmpty,
            "secretName": .text(tls.certificate),
        ]
    }

    private static func rule(_ host: RouteHosts.Host) -> ManifestValue {
        ["host": host.name.map { .text($0) } ?? .absent, "http": ["paths": .list(host.routes.map(path))]]
    }

    /// `Prefix` takes whole segments, and the longest one wins: as routes do.
    private static func path(_ route: Route) -> ManifestValue {
        [
            "path": .text(route.prefix),
            "pathType": "Prefix",
            "backend": ["service": ["name": .text(route.service), "port": ["name": "http"]]],
        ]
    }
}

/// The routes of an edge by the host they are for, those for every host last.
///
/// A cluster looks for the host first and for the path among its routes alone, an edge for the longest path of all. So
/// each host has the routes for every host too, but for paths that are its own.
enum RouteHosts {
    struct Host {
        var name: String?
        /// The longest path first.
        var routes: [Route]
    }

    static func hosts(of edge: Edge) -> [Host] {
        let everywhere = edge.routes.filter { $0.host == nil }
        return Dictionary(grouping: edge.routes) { $0.host?.lowercased() }
            .map { name, own in
                let shared = name == nil ? [] : everywhere.filter { route in !own.contains { $0.stem == route.stem } }
                return Host(name: name, routes: sorted(own + shared))
            }
            .sorted { ($0.name == nil ? 1 : 0, $0.name ?? "") < ($1.name == nil ? 1 : 0, $1.name ?? "") }
    }

    private static func sorted(_ routes: [Route]) -> [Route] {
        routes.sorted { ($1.stem.utf8.count, $0.stem) < ($0.stem.utf8.count, $1.stem) }
    }
}

extension Service {
    /// The edge that it is, where the world reaches that. An edge at a single address does not: a cluster does not have
    /// the address, and its ingress controller may be open to everybody.
    var openEdge: Edge? {
        guard case .edge(let edge) = kind, edge.listensEverywhere else { return nil }
        return edge
    }
}

extension Route {
    /// The path as a prefix of whole segments.
    var prefix: String { stem.isEmpty ? "/" : stem }
}
