import Basics
import Manifests
import StackModel

/// What the checklist says of the network: every pod is denied everything, and then allowed what the stack declares and
/// not a way more.
enum KubernetesNetworkPolicy {
    static func check(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let types = Set((object["spec"]?["policyTypes"]?.elements ?? []).compactMap(\.string))
        switch object.name {
        case "default-deny":
            let isWhole = types == ["Ingress", "Egress"] && object["spec"]?["podSelector"] == .map([])
            let isClosed = object["spec"]?["ingress"] == .list([]) && object["spec"]?["egress"] == .list([])
            return isWhole && isClosed ? [] : ["not everything is denied"]
        case "allow-dns": return dns(object, types)
        case "gateway": return gateway(object, types, set)
        default: return own(object, types, set)
        }
    }

    /// What runs for a Gateway is that one's affair.
    private static func gateway(_ object: ManifestValue, _ types: Set<String>, _ set: KubernetesObjects) -> [String] {
        let isRight =
            object["spec"]?["podSelector"]?["matchLabels"]?[proxy]?.string == set.stack.kubernetes?.gateway
            && set.stack.kubernetes?.gateway != nil && types == ["Ingress", "Egress"]
            && object["spec"]?["ingress"] == .list([.map([])]) && object["spec"]?["egress"] == .list([.map([])])
        return isRight ? [] : ["more than the pods of the Gateway are let through, or they are not"]
    }

    private static let proxy = "gateway.networking.k8s.io/gateway-name"

    private static func dns(_ object: ManifestValue, _ types: Set<String>) -> [String] {
        let peer = object.at("spec.egress.*.to.*").first ?? nil
        let names = peer?["namespaceSelector"]?["matchLabels"]?["kubernetes.io/metadata.name"]
        let ports = object.at("spec.egress.*.ports.*").compactMap { port in
            port.map { "\($0["protocol"]?.string ?? "") \($0["port"]?.number ?? 0)" }
        }
        let isRight =
            types == ["Egress"] && object["spec"]?["podSelector"] == .map([]) && names == "kube-system"
            && peer?["podSelector"]?["matchLabels"]?["k8s-app"] == "kube-dns" && Set(ports) == ["UDP 53", "TCP 53"]
        return isRight ? [] : ["names are not found, or more than names"]
    }

    /// By one label of one workload.
    private static func own(_ object: ManifestValue, _ types: Set<String>, _ set: KubernetesObjects) -> [String] {
        let selector = ManifestValue.sorted(["app.kubernetes.io/instance": .text(object.name)])
        var findings = KubernetesPolicy.need(object, "spec.podSelector.matchLabels", is: selector)
        findings += KubernetesPolicy.need(object, ["spec.ingress", "spec.egress"])
        if types != ["Ingress", "Egress"] { findings.append("it speaks of one direction only") }
        if !set.pods.contains(where: { $0.owner.name == object.name }) { findings.append("it is about no pod") }
        let ways = Ways(set.stack)
        let inward = rules(of: object, "ingress", peers: "from")
        let outward = rules(of: object, "egress", peers: "to")
        if inward != ways.into(object.name) { findings.append("in: \(inward), declared: \(ways.into(object.name))") }
        if outward != ways.out(of: object.name) {
            findings.append("out: \(outward), declared: \(ways.out(of: object.name))")
        }
        return findings
    }

    /// Each allowed way as `peer port`.
    private static func rules(of object: ManifestValue, _ direction: String, peers: String) -> Set<String> {
        var found: Set<String> = []
        for rule in object["spec"]?[direction]?.elements ?? [] {
            let names = rule[peers].map { $0.elements.map(name) } ?? ["anywhere"]
            if rule[peers]?.elements.isEmpty == true { found.insert("everybody") }
            let ports = (rule["ports"]?.elements ?? []).map {
                "\($0["protocol"]?.string ?? "?")\($0["port"]?.number ?? 0)"
            }
            for name in names { for port in ports.isEmpty ? ["any"] : ports { found.insert("\(name) \(port)") } }
        }
        return found
    }

    private static func name(of peer: ManifestValue) -> String {
        if let pods = peer["podSelector"]?["matchLabels"]?["app.kubernetes.io/instance"]?.string { return pods }
        if peer["podSelector"]?["matchLabels"]?[proxy] == "public" { return "gateway" }
        if let block = peer["ipBlock"] {
            let except = (block["except"]?.elements ?? []).compactMap(\.string)
            return ([block["cidr"]?.string ?? "everybody"] + except).joined(separator: " without ")
        }
        let other: ManifestValue? = peer.at("namespaceSelector.matchExpressions.*").first ?? nil
        let isOther = other?["key"] == "kubernetes.io/metadata.name" && other?["operator"] == "NotIn"
        guard isOther, other?["values"]?.elements.count == 1 else { return "everybody" }
        let isPrometheus = peer["podSelector"]?["matchLabels"]?["app.kubernetes.io/name"] == "prometheus"
        return isPrometheus ? "operator" : peer["podSelector"] == nil ? "outside" : "everybody"
    }
}

/// Who has to reach whom, read from the stack for the test alone.
private struct Ways {
    private var ways: Set<[String]> = []
    private let stack: Stack

    init(_ stack: Stack) {
        self.stack = stack
        for service in stack.services {
            let own = service.name.text
            for name in service.dependsOn { add(own, name) }
            switch service.kind {
            case .app(let app): for name in app.env.values.flatMap(\.services) { add(own, name) }
            case .exporter(let exporter): add(own, exporter.service)
            case .grafana: add(own, "prometheus")
            case .prometheus: for other in stack.services where isScraped(other) { add(own, other.name) }
            case .redis, .postgres, .edge, .alertmanager: break
            }
        }
        for policy in stack.backups {
            if case .service(let name) = policy.subject { add("backup-\(policy.name)", name) }
        }
    }

    private func isScraped(_ service: Service) -> Bool {
        switch service.kind {
        case .app(let app): app.metrics != nil
        case .exporter, .grafana, .alertmanager: true
        case .redis, .postgres, .prometheus, .edge: false
        }
    }

    private mutating func add(_ from: String, _ to: ServiceName) {
        guard stack.service(to) != nil, from != to.text else { return }
        ways.insert([from, to.text])
    }

    private func port(of name: String) -> Int {
        guard let service = stack.services.first(where: { $0.name.text == name }) else { return 0 }
        return switch service.kind {
        case .app(let app): app.port ?? 0
        case .redis: 6379
        case .postgres: 5432
        case .prometheus: 9090
        case .grafana: 3000
        case .alertmanager: 9093
        case .exporter(let exporter): exporter.subject == .redis ? 9121 : 9187
        case .edge: 0
        }
    }

    func into(_ name: String) -> Set<String> {
        var expected = Set(ways.filter { $0[1] == name && port(of: name) > 0 }.map { "\($0[0]) TCP\(port(of: name))" })
        let routed = stack.services.contains { service in
            if case .edge(let edge) = service.kind { edge.routes.contains { $0.service.text == name } } else { false }
        }
        if routed {
            expected.insert("outside TCP\(port(of: name))")
            if stack.kubernetes?.gateway != nil { expected.insert("gateway TCP\(port(of: name))") }
        } else if isMonitored(name) {
            expected.insert("operator TCP\(port(of: name))")
        }
        return expected
    }

    private func isMonitored(_ name: String) -> Bool {
        guard stack.kubernetes?.prometheusOperator == true else { return false }
        switch stack.services.first(where: { $0.name.text == name })?.kind {
        case .app(let app): return app.metrics != nil
        case .exporter, .prometheus, .grafana, .alertmanager: return true
        default: return false
        }
    }

    private static let internet: Set = [
        "0.0.0.0/0 without 10.0.0.0/8 without 100.64.0.0/10 without 169.254.0.0/16 without 172.16.0.0/12 without 192.168.0.0/16 any",
        "::/0 without fc00::/7 without fe80::/10 any",
    ]

    /// What `KubernetesStacks.everything` lets out.
    private func letOut(_ name: String) -> Set<String> {
        switch stack.kubernetes?.egress == nil ? "" : name {
        case "api": Self.internet
        case "worker": ["10.20.0.0/16 TCP5432", "10.20.0.0/16 TCP6432"]
        case "shop-front": Self.internet.union(["192.0.2.7/32 any"])
        default: []
        }
    }

    func out(of name: String) -> Set<String> {
        var expected = Set(
            ways.filter { $0[0] == name && port(of: $0[1]) > 0 }.map { "\($0[1]) TCP\(port(of: $0[1]))" }
        )
        expected.formUnion(letOut(name))
        if name == "prometheus" { expected.formUnion(["anywhere TCP443", "anywhere TCP6443"]) }
        // The contacts of the two stacks that have some.
        if name == "alertmanager" {
            let ports = stack.contacts?.count == 1 ? [25] : [443, 465, 8123]
            expected.formUnion(ports.map { "anywhere TCP\($0)" })
        }
        return expected
    }
}
