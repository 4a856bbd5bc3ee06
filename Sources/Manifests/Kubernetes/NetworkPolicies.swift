import StackModel

/// Nothing reaches anything but what is declared: by a dependency, a reference, a scrape or a route.
struct NetworkPolicies {
    let traffic: Traffic
    var stack: Stack { traffic.stack }

    /// For every pod of the namespace, also those that somebody starts by hand.
    var general: [ManifestValue] {
        [
            policy(named: "default-deny", labels: generalLabels, pods: .map([]), ingress: [], egress: []),
            policy(named: "allow-dns", labels: generalLabels, pods: .map([]), ingress: nil, egress: [Self.dns]),
        ] + [proxies.map(throughGateway)].compactMap { $0 }
    }

    private func throughGateway(_ pods: ManifestValue) -> ManifestValue {
        policy(named: "gateway", labels: generalLabels, pods: pods, ingress: [.map([])], egress: [.map([])])
    }

    /// The pods that some implementations start for a Gateway, in its namespace, where that is the stack's. What they
    /// reach is known to the Gateway alone.
    private var proxies: ManifestValue? {
        guard let options = stack.kubernetes, let gateway = options.gateway,
            options.gatewayNamespace ?? stack.clusterNamespace == stack.clusterNamespace,
            stack.services.contains(where: { $0.openEdge != nil })
        else {
            return nil
        }
        return ["matchLabels": ["gateway.networking.k8s.io/gateway-name": .text(gateway)]]
    }

    /// By one label only, which no other workload has.
    func policy(of identity: Identity, _ service: Service) -> ManifestValue {
        let outward = traffic.out(of: identity.name).map { way in
            Self.rule("to", [Identity.pods(of: way.to.text)], port: way.port)
        }
        return policy(
            named: identity.name,
            labels: identity.labels,
            pods: Identity.pods(of: identity.name),
            ingress: inward(service),
            egress: outward + outside(service)
        )
    }

    func policy(of job: Identity) -> ManifestValue {
        let outward = traffic.out(of: job.name).map { Self.rule("to", [Identity.pods(of: $0.to.text)], port: $0.port) }
        return policy(
            named: job.name,
            labels: job.labels,
            pods: Identity.pods(of: job.name),
            ingress: [],
            egress: outward
        )
    }

    private func inward(_ service: Service) -> [ManifestValue] {
        let ways = traffic.into(service.name)
        var rules: [ManifestValue] = []
        if let port = ways.first?.port {
            rules.append(Self.rule("from", ways.map { Identity.pods(of: $0.from) }, port: port))
        }
        guard let port = ContainerAddress.port(of: service) else { return rules }
        // The ingress controller, and the operator's Prometheus, live in namespaces that the spec does not know.
        if traffic.isRouted(service.name) {
            rules.append(fromOtherNamespaces(port: port))
            if let proxies { rules.append(Self.rule("from", [proxies], port: port)) }
        } else if traffic.isScrapedByOperator(service.name) {
            rules.append(fromOtherNamespaces(pods: Self.operatorsPrometheus, port: port))
        }
        return rules
    }

    /// The label that the operator gives to the pods of every Prometheus it runs.
    private static let operatorsPrometheus: ManifestValue = ["matchLabels": ["app.kubernetes.io/name": "prometheus"]]

    private func outside(_ service: Service) -> [ManifestValue] {
        switch service.kind {
        // The API of the cluster, which has an address that only the cluster knows.
        case .prometheus: [Self.toAnywhere(ports: [443, 6443])]
        case .alertmanager: [Self.toAnywhere(ports: ContactPorts.ports(of: stack))]
        case .app: EgressRules.rules(for: service.name, in: stack)
        case .redis, .postgres, .grafana, .edge, .exporter: []
        }
    }

    private static let dns: ManifestValue = [
        "to": [
            [
                "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "kube-system"]],
                "podSelector": ["matchLabels": ["k8s-app": "kube-dns"]],
            ]
        ],
        "ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]],
    ]

    private static func rule(_ direction: String, _ peers: [ManifestValue], port: Int) -> ManifestValue {
        .map([
            .init(direction, .list(peers.map { ["podSelector": $0] })),
            .init("ports", [["protocol": "TCP", "port": .integer(port)]]),
        ])
    }

    private func fromOtherNamespaces(pods: ManifestValue = nil, port: Int) -> ManifestValue {
        let own = stack.clusterNamespace
        return [
            "from": [
                [
                    "namespaceSelector": [
                        "matchExpressions": [
                            ["key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [.text(own)]]
                        ]
                    ],
                    "podSelector": pods,
                ]
            ],
            "ports": [["protocol": "TCP", "port": .integer(port)]],
        ]
    }

    private static func toAnywhere(ports: [Int]) -> ManifestValue {
        ["ports": .list(ports.map { ["protocol": "TCP", "port": .integer($0)] })]
    }

    private var generalLabels: ManifestValue {
        ["app.kubernetes.io/part-of": .text(stack.name), "app.kubernetes.io/managed-by": "slipway"]
    }

    private func policy(
        named name: String,
        labels: ManifestValue,
        pods: ManifestValue,
        ingress: [ManifestValue]?,
        egress: [ManifestValue]
    ) -> ManifestValue {
        [
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": ["name": .text(name), "labels": labels],
            "spec": [
                "podSelector": pods,
                "policyTypes": ingress == nil ? ["Egress"] : ["Ingress", "Egress"],
                "ingress": ingress.map { .list($0) } ?? .absent,
                "egress": .list(egress),
            ],
        ]
    }
}
