import StackModel

/// A pod that the Pod Security Standard `restricted` admits, unless an app asks for more.
struct PodSpec {
    /// Users of images' own are low numbers that a node may have too; what a pod writes belongs to its group. The
    /// official images of every base work as such a user (docs/decisions/0018).
    static let user = 10_001

    var identity: Identity
    var container: Container
    var grace: Int
    /// Only what asks the cluster's API has a token for it.
    var asksCluster = false
    /// Replicas keep away from each other.
    var isSpread = false
    /// Who goes first where a node runs short.
    var priorityClass: String?
    /// For jobs; what serves is always started again.
    var restartPolicy: String?

    /// What stands under `template` of a workload.
    var template: ManifestValue { ["metadata": ["labels": identity.labels], "spec": object] }

    private var object: ManifestValue {
        [
            "serviceAccountName": .text(identity.name),
            "automountServiceAccountToken": .boolean(asksCluster),
            // Variables such as REDIS_PORT=tcp://... would be taken for settings.
            "enableServiceLinks": false,
            "securityContext": security,
            "priorityClassName": priorityClass.map { .text($0) } ?? .absent,
            "terminationGracePeriodSeconds": .integer(grace),
            "restartPolicy": restartPolicy.map { .text($0) } ?? .absent,
            "affinity": isSpread ? affinity : nil,
            "topologySpreadConstraints": isSpread ? spread : nil,
            "containers": [container.object],
            "volumes": .list(container.mounts.compactMap(\.volume)).unlessEmpty,
        ]
    }

    /// What starts as root gives its volumes to whom it likes by itself.
    private var security: ManifestValue {
        let user = container.security.user ?? Self.user
        let group = container.security.group ?? user
        return [
            "runAsNonRoot": .boolean(user != 0),
            "runAsUser": .integer(user),
            "runAsGroup": .integer(group),
            "fsGroup": user == 0 ? nil : .integer(group),
            "fsGroupChangePolicy": user == 0 ? nil : "OnRootMismatch",
            "seccompProfile": ["type": "RuntimeDefault"],
        ]
    }

    /// Rather on different nodes, so that one that goes takes one replica along.
    private var affinity: ManifestValue {
        [
            "podAntiAffinity": [
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    [
                        "weight": 100,
                        "podAffinityTerm": [
                            "topologyKey": "kubernetes.io/hostname",
                            "labelSelector": ["matchLabels": identity.selector],
                        ],
                    ]
                ]
            ]
        ]
    }

    private var spread: ManifestValue {
        [
            [
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": ["matchLabels": identity.selector],
            ]
        ]
    }
}
