import StackSpec

/// What Traefik reads from the labels of a service: which requests go there, and at which port.
struct ProxyLabels {
    struct Route {
        let host: String?
        let path: String
    }

    private(set) var routes: [Route] = []
    private(set) var port: Int?

    init(_ service: SpecNode, _ signs: SignTable) {
        let node = service["labels"]
        let pairs: [(String, String)] =
            node?.entries?.compactMap { entry in
                Self.text(entry.value).map { (entry.key, $0) }
            } ?? node?.elements?.compactMap { item in
                guard let parts = Self.text(item)?.split(separator: "=", maxSplits: 1), parts.count == 2 else {
                    return nil
                }
                return (String(parts[0]), String(parts[1]))
            } ?? []
        for (key, value) in pairs {
            guard let value = (try? signs.read(value)).flatMap(signs.plain) else { continue }
            if key.hasPrefix("traefik.http.routers."), key.hasSuffix(".rule") { routes += Self.routes(of: value) }
            if key.hasPrefix("traefik.http.services."), key.hasSuffix(".loadbalancer.server.port") {
                port = PortReader.number(value)
            }
        }
    }

    private static func text(_ node: SpecNode) -> String? {
        if case .scalar(let scalar) = node.content { scalar.text } else { nil }
    }

    /// `Host(`a`) && PathPrefix(`/b`)`; nothing of a rule that says more than that.
    private static func routes(of rule: String) -> [Route] {
        var hosts: [String?] = []
        var path = "/"
        for part in rule.split(separator: "&&").map({ $0.filter { !$0.isWhitespace } }) {
            guard let open = part.firstIndex(of: "("), part.hasSuffix(")") else { return [] }
            let values = part[part.index(after: open)...].dropLast().split(separator: ",").map {
                $0.filter { !"`'\"".contains($0) }
            }
            guard values.allSatisfy({ !$0.isEmpty && !$0.contains("(") && !$0.contains("{") }) else { return [] }
            switch part[..<open] {
            case "Host": hosts += values
            case "PathPrefix" where values.count == 1: path = values[0]
            default: return []
            }
        }
        return (hosts.isEmpty ? [nil] : hosts).map { Route(host: $0, path: path) }
    }
}
