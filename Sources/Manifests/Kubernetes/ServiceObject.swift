/// The address of a workload inside the cluster.
enum ServiceObject {
    /// A headless one gives each pod of a StatefulSet a name of its own, and is the address of its only replica.
    static func object(_ identity: Identity, _ port: Container.Port, isHeadless: Bool) -> ManifestValue {
        [
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": identity.metadata(),
            "spec": [
                "type": "ClusterIP",
                "clusterIP": isHeadless ? "None" : nil,
                "selector": identity.selector,
                "ports": [
                    [
                        "name": .text(port.name), "port": .integer(port.number), "targetPort": .text(port.name),
                        "protocol": "TCP",
                    ]
                ],
            ],
        ]
    }
}
