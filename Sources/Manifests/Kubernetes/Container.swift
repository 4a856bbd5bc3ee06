import StackModel

/// One container, as every pod of ours has it: it owns nothing of the node, and writes only where it is told to.
struct Container {
    struct Port {
        var name: String
        var number: Int
    }

    var name: String
    var image: String
    var command: [String] = []
    var arguments: [String] = []
    var environment: [ManifestValue] = []
    var port: Port?
    var startup: ContainerProbe?
    var liveness: ContainerProbe?
    var readiness: ContainerProbe?
    var lifecycle: ManifestValue = nil
    var resources: ContainerResources
    var security = AppSecurity()
    var mounts: [Mount] = []

    var object: ManifestValue {
        [
            "name": .text(name),
            "image": .text(image),
            "imagePullPolicy": "Always",
            "command": .texts(command).unlessEmpty,
            "args": .texts(arguments).unlessEmpty,
            "env": .list(environment).unlessEmpty,
            "ports": port.map { [["name": .text($0.name), "containerPort": .integer($0.number), "protocol": "TCP"]] }
                ?? .absent,
            "startupProbe": probe(startup),
            "livenessProbe": probe(liveness),
            "readinessProbe": probe(readiness),
            "lifecycle": lifecycle,
            "resources": resources.kubernetes,
            "securityContext": walls,
            "volumeMounts": .list(mounts.map(\.volumeMount)).unlessEmpty,
        ]
    }

    private func probe(_ probe: ContainerProbe?) -> ManifestValue { probe?.object(port: port?.name) ?? .absent }

    private var walls: ManifestValue {
        [
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": .boolean(security.readOnlyRoot),
            "capabilities": [
                "drop": ["ALL"], "add": .texts(security.capabilities.map(\.rawValue)).unlessEmpty,
            ],
        ]
    }
}
