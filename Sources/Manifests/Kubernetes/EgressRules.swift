import StackModel

/// What `kubernetes.egress` opens for an app: nothing, where it does not stand there.
enum EgressRules {
    static func rules(for app: ServiceName, in stack: Stack) -> [ManifestValue] {
        guard let egress = stack.kubernetes?.egress?.first(where: { $0.app == app }) else { return [] }
        let own = egress.destinations.map { destination -> ManifestValue in
            [
                "to": [["ipBlock": ["cidr": .text(destination.cidr)]]],
                "ports": .list(destination.ports.map { ["protocol": "TCP", "port": .integer($0)] }).unlessEmpty,
            ]
        }
        return (egress.internet ? [internet] : []) + own
    }

    /// The world without what is nobody's but the cluster's and its neighbours': pods and nodes, carriers' networks,
    /// and the addresses of one link, where clouds answer with the credentials of a node.
    private static let internet: ManifestValue = [
        "to": [
            [
                "ipBlock": [
                    "cidr": "0.0.0.0/0",
                    "except": ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
                ]
            ],
            ["ipBlock": ["cidr": "::/0", "except": ["fc00::/7", "fe80::/10"]]],
        ]
    ]
}
