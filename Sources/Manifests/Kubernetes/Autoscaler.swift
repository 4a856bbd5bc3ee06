import Basics
import StackModel

/// More replicas at once when they are needed, fewer one after the other when they have not been needed for a while.
enum Autoscaler {
    static func object(_ identity: Identity, _ autoscale: Autoscale) -> ManifestValue {
        [
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": identity.metadata(),
            "spec": [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .text(identity.name)],
                "minReplicas": .integer(autoscale.minimum),
                "maxReplicas": .integer(autoscale.maximum),
                "metrics": .list(
                    // Memory first, as the cluster writes them back.
                    metric("memory", autoscale.memory, of: identity) + metric("cpu", autoscale.cpu, of: identity)
                ),
                "behavior": behavior,
            ],
        ]
    }

    /// Of the container alone: what a mesh puts beside it does not count.
    private static func metric(_ resource: String, _ share: Percent?, of identity: Identity) -> [ManifestValue] {
        guard let share else { return [] }
        return [
            [
                "type": "ContainerResource",
                "containerResource": [
                    "name": .text(resource),
                    "container": .text(identity.name),
                    "target": [
                        "type": "Utilization", "averageUtilization": .integer(max(1, (share.thousandths + 500) / 1000)),
                    ],
                ],
            ]
        ]
    }

    private static let behavior: ManifestValue = [
        "scaleUp": [
            "stabilizationWindowSeconds": 0,
            "selectPolicy": "Max",
            "policies": [
                ["type": "Percent", "value": 100, "periodSeconds": 30],
                ["type": "Pods", "value": 2, "periodSeconds": 30],
            ],
        ],
        "scaleDown": [
            "stabilizationWindowSeconds": 300,
            "selectPolicy": "Max",
            "policies": [["type": "Pods", "value": 1, "periodSeconds": 60]],
        ],
    ]
}
