/// Each workload is somebody of its own, with no rights but those it needs.
enum ServiceAccount {
    static func object(_ identity: Identity) -> ManifestValue {
        [
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": identity.metadata(),
            "automountServiceAccountToken": false,
        ]
    }

    /// Prometheus finds what it scrapes by asking the cluster; nothing else of ours asks it for anything.
    static func rights(of workload: Workload) -> [ManifestValue] {
        workload.pod.asksCluster ? [role(workload.identity), binding(workload.identity)] : []
    }

    private static func role(_ identity: Identity) -> ManifestValue {
        let reading: ManifestValue = ["get", "list", "watch"]
        return [
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": identity.metadata(),
            "rules": [
                ["apiGroups": [""], "resources": ["pods"], "verbs": reading]
            ],
        ]
    }

    private static func binding(_ identity: Identity) -> ManifestValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": identity.metadata(),
            "roleRef": [
                "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .text(identity.name),
            ],
            "subjects": [
                [
                    "kind": "ServiceAccount", "name": .text(identity.name),
                    "namespace": .text(identity.stack.clusterNamespace),
                ]
            ],
        ]
    }
}
