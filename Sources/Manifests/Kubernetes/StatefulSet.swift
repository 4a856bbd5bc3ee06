import Basics
import StackModel

/// One writer with its data. The data outlives the workload: whoever deletes one still has the other.
enum StatefulSet {
    static func object(_ workload: Workload, _ claim: Workload.Claim) -> ManifestValue {
        [
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": workload.identity.metadata(),
            "spec": [
                "replicas": .integer(workload.service.replicas),
                "serviceName": .text(workload.identity.name),
                "revisionHistoryLimit": .integer(Deployment.history),
                "minReadySeconds": .integer(workload.service.rollout.healthyFor.wholeSeconds),
                "updateStrategy": ["type": "RollingUpdate"],
                "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
                "selector": ["matchLabels": workload.identity.selector],
                "template": workload.pod.template,
                "volumeClaimTemplates": [template(workload.identity, claim)],
            ],
        ]
    }

    /// It cannot change later, so it has the labels that never do.
    private static func template(_ identity: Identity, _ claim: Workload.Claim) -> ManifestValue {
        [
            "metadata": ["name": "data", "labels": identity.selector],
            "spec": VolumeClaim.spec(size: claim.size, storageClass: claim.storageClass),
        ]
    }
}

enum VolumeClaim {
    static func spec(size: ByteCount, storageClass: String?, mode: String = "ReadWriteOnce") -> ManifestValue {
        [
            "accessModes": [.text(mode)],
            "storageClassName": storageClass.map { .text($0) } ?? .absent,
            "resources": ["requests": ["storage": .text(size.quantity)]],
        ]
    }
}
