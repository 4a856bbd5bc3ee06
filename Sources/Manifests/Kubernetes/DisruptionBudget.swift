/// Who empties a node takes one replica at a time; one that does not work anyway is no reason to wait.
enum DisruptionBudget {
    static func object(_ identity: Identity) -> ManifestValue {
        [
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": identity.metadata(),
            "spec": [
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": ["matchLabels": identity.selector],
            ],
        ]
    }
}
