import Basics
import StackModel

/// What a container is promised and what it may take at most. What the spec declares is both: nobody is throttled or
/// ended for what his neighbours do, and a share in `autoscale` is a share of what was declared.
struct ContainerResources {
    var cpu: (request: String, limit: String)
    var memory: (request: String, limit: String)
    /// For the log and the scratch directories.
    var disk: (request: String, limit: String) = ("64Mi", "1Gi")

    /// Where the spec declares nothing.
    static let app = ContainerResources(cpu: ("100m", "1"), memory: ("128Mi", "512Mi"))
    static let redis = ContainerResources(cpu: ("100m", "1"), memory: ("128Mi", "512Mi"))
    static let postgres = ContainerResources(cpu: ("250m", "2"), memory: ("1Gi", "1Gi"))
    static let prometheus = ContainerResources(cpu: ("250m", "2"), memory: ("1Gi", "2Gi"))
    static let grafana = ContainerResources(cpu: ("100m", "1"), memory: ("256Mi", "512Mi"))
    static let small = ContainerResources(cpu: ("20m", "200m"), memory: ("32Mi", "128Mi"))
    static let backup = ContainerResources(cpu: ("100m", "1"), memory: ("64Mi", "512Mi"))

    func declaring(_ declared: Resources) -> ContainerResources {
        var resources = self
        if let cpu = declared.cpu { resources.cpu = (cpu.description, cpu.description) }
        if let memory = declared.memory { resources.memory = (memory.quantity, memory.quantity) }
        return resources
    }

    var object: ManifestValue {
        [
            "requests": Self.amounts(cpu.request, memory.request, disk.request),
            "limits": Self.amounts(cpu.limit, memory.limit, disk.limit),
        ]
    }

    private static func amounts(_ cpu: String, _ memory: String, _ disk: String) -> ManifestValue {
        ["cpu": .text(cpu), "memory": .text(memory), "ephemeral-storage": .text(disk)]
    }
}

extension ByteCount {
    /// As Kubernetes writes it: `512Mi`.
    var quantity: String { String(description.dropLast()) }
}
